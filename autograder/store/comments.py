"""``DIR/.autograder/comments.json``: digests of the comments that were written for an LMS.

A comment in the LMS that is not among them is somebody's own words. Where the file is lost, all of them are:
whoever publishes is shown too many, and none is replaced unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from autograder.files.atomic import replace_file
from autograder.files.own_folder import OWN

FILE = Path(OWN) / "comments.json"
"""In the report's folder."""

_SCHEMA = 1


def own_comments(out: Path) -> frozenset[str]:
    """The digests, in hexadecimal; none where the file is not there or cannot be read."""
    try:
        data = json.loads((out / FILE).read_text(encoding="utf-8"))
        return frozenset(map(str, data["digests"])) if data["schema"] == _SCHEMA else frozenset()
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def add_comments(out: Path, digests: Iterable[str]) -> None:
    """Remember further ones.

    Raises:
        OSError: the folder cannot be written to.
    """
    known = own_comments(out)
    if new := known.union(digests) - known:
        replace_file(out / FILE, json.dumps({"schema": _SCHEMA, "digests": sorted(known | new)}) + "\n")
