"""``assignment.json`` beside a list of the class that ``autograder pull`` has fetched: where it came from."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.files.atomic import replace_file

ASSIGNMENT = "assignment.json"
"""Beside the list, so that ``push`` knows where marks go."""


def keep_assignment(folder: Path, assignment: str) -> None:
    """Write down the key of the assignment that a class was pulled from.

    Raises:
        OSError: the folder cannot be written to.
    """
    replace_file(folder / ASSIGNMENT, json.dumps({"assignment": assignment}) + "\n")


def assignment_beside(worksheet: Path) -> str:
    """The assignment that a list of the class was pulled from; empty where it was not pulled."""
    try:
        found = json.loads((worksheet.parent / ASSIGNMENT).read_text(encoding="utf-8"))["assignment"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) else ""
