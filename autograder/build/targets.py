"""Where built files go, and whether anything of the author's would be lost there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.build.public_tests import HEADER
from autograder.errors import BuildError

_BUILT_ID = re.compile(r"[0-9a-f]{12}(-[0-9]+)?")
"""How the ids of built cells look (``build.notebook``); Jupyter's own have eight digits, or 36 characters."""

_OTTER = '"""The checks of this lab: what `import otter` gives'
"""How ``students_otter.py`` begins, this year's and others."""


def require_free(targets: Mapping[Path, str], sources: Mapping[Path, str]) -> None:
    """Refuse to write where a source or somebody else's file is, or two files to one place.

    Args:
        targets: what is about to be written, with what each file is, for the message.
        sources: what it is made of, likewise; folders stand for all that lies in them.

    Raises:
        BuildError: one line for each that cannot be written, with what to do.
    """
    problems = list(_problems(targets, sources))
    if problems:
        raise BuildError("nothing was built\n  " + "\n  ".join(problems))


def _problems(targets: Mapping[Path, str], sources: Mapping[Path, str]) -> Iterator[str]:
    taken: dict[Path, str] = {}
    for target, what in targets.items():
        place = target.resolve()
        if (other := taken.setdefault(place, what)) != what:
            yield f"{target}: {what} would lie where {other} does; give them names or folders of their own"
            continue
        owner = next((name for source, name in sources.items() if _holds(source.resolve(), place)), "")
        if owner:
            yield f"{target}: {what} would replace {owner}; let `build:` or `tests:` name another place"
        elif target.exists() and not was_built(target):
            yield (
                f"{target}: is there already and was not built from a master; {what} would replace it: "
                "move it away, or delete it"
            )


def _holds(source: Path, target: Path) -> bool:
    return source == target or (source.is_dir() and source in target.parents)


def was_built(file: Path) -> bool:
    """Whether a file is one that ``build`` wrote, so that nothing is lost when it writes it again."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    if file.suffix != ".ipynb":
        return text.startswith((HEADER, _OTTER))
    try:
        cells = json.loads(text)["cells"]
        return all(_BUILT_ID.fullmatch(cell["id"]) for cell in cells)
    except (ValueError, TypeError, KeyError):
        return False
