"""Which Python the students' README promises, and whether this machine keeps that."""

from __future__ import annotations

import re
import sys

from autograder.config.load import Lab

README = "README.md"
"""Beside the template."""

LARGEST_README = 1 << 20
"""Bytes; a longer file promises nothing."""

_PROMISE = re.compile(
    r"Python (3)\.(\d{1,2})(?!\.?\d)"
    r"(?:(\+|,? (?:or|and) (?:newer|later))|(?: to | ?[–-] ?)(?:Python )?3\.(\d{1,2}))?"
)


def broken_promise(lab: Lab, here: tuple[int, int] = sys.version_info[:2]) -> str:
    """What the README of the students promises beyond this machine's Python; empty where it does not.

    Args:
        here: major and minor version of the Python that runs notebooks.
    """
    template = lab.template()
    file = template.with_name(README) if template else None
    if file is None or not file.is_file() or file.stat().st_size > LARGEST_README:
        return ""
    for found in _PROMISE.finditer(file.read_text(encoding="utf-8", errors="replace")):
        newest = (3, int(found[4] or found[2]))
        if found[3] or newest > here:
            ours = f"{here[0]}.{here[1]}"
            return (
                f"{file}: promises students {found[0]!r}, and notebooks run with Python {ours} here: newer "
                f"syntax will stop their cells; promise Python {ours}, or grade where a newer one is"
            )
    return ""
