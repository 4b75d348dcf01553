"""Folders in Moodle's archives: what they are called, and whose number theirs is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from autograder.lms.handback import PAGE, Handback
from autograder.lms.model import Returned

LONGEST_NAME = 60
"""Characters of a name in our folders: a path of Moodle's file area ends at 255."""


@lru_cache(maxsize=65_536)
def group_key(name: str) -> str:
    """What is left of a group's name, be it from a folder, Moodle's or ours, or from the worksheet.

    Moodle 4.1 writes ``R&D`` as ``RD`` in a folder. Later versions send it through an HTML formatter first,
    which turns ``&`` into ``&amp;`` and drops what looks like a tag. All of them delete some characters and
    turn underscores into blanks.

    >>> group_key("R&D 2"), group_key("RD_2"), group_key("Ramp;D 2")
    ('rd 2', 'rd 2', 'rd 2')
    """
    return _cleaned(name).casefold()


def _cleaned(name: str) -> str:
    text = re.sub(r"[&<>\"`|':\\/]", "", re.sub(r"<[^>]*>?", "", name).replace("amp;", ""))
    return " ".join(re.sub(r"[_\x00-\x1f]", " ", text).split())[:LONGEST_NAME].strip()


def of_two(back: Handback) -> frozenset[str]:
    """Numbers that are a team's and somebody's own as well.

    Which of the two an archive's folder means depends on the version of Moodle, so a page in such a folder
    could reach somebody else.
    """
    people = {person.lms_id for person in back.worksheet.people} if back.worksheet else set()
    return frozenset(people & {one.team for one in back.returned if one.team})


def pages(everybody: Sequence[Returned]) -> Sequence[tuple[str, Path]]:
    """The page of each in the folder of their own number."""
    return [(member(one.student, one.lms_id), one.feedback) for one in everybody]


def folder_of(name: str, number_of: str) -> str:
    """The folder of somebody's files in an archive; those who are in no team have no number.

    >>> folder_of("R2_D2", "4711")
    'R2 D2_4711_assignsubmission_file'
    """
    number = f"_{number_of}" if number_of else ""
    return f"{_cleaned(name) or 'student'}{number}_assignsubmission_file"


def member(called: str, number_of: str) -> str:
    """Where a page goes in an archive."""
    return f"{folder_of(called, number_of)}_/{PAGE}"
