"""Many notebooks in one folder of a class in which most folders, or files, are one student's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from autograder.files.visible import shortened
from autograder.language import showing as _
from autograder.lms.model import MemberPath
from autograder.submissions.spots import common_folder
from autograder.submissions.student import FEWEST, student_level
from autograder.uploads.aside import Folder
from autograder.uploads.uploaded import UploadedFile

MOST_OF_ONE = 20
"""Notebooks in one student's folder that are rows of their own: more are hardly drafts."""

_NAMED = 5
"""Files that a message names."""


def without_crowds(files: Sequence[UploadedFile]) -> list[UploadedFile]:
    """The files; of too many in one student's folder the first one alone, with a problem.

    A class is known by its folders, most of which hold one notebook each. Where its files lie side by side,
    a folder beside them may as well be that of those who were late: see :func:`crowds`.
    """
    crowded = {} if _side_by_side([one.path for one in files]) else crowds([one.path for one in files])
    of_crowds = {path: folder for folder, held in crowded.items() for path in held}
    named: set[Folder] = set()
    result = []
    for one in files:
        folder = of_crowds.get(one.path)
        if folder is None:
            result.append(one)
        elif folder not in named:
            named.add(folder)
            result.append(UploadedFile(one.path, problem=_problem(crowded[folder])))
    return result


def notes_on_crowds(upload: str, paths: Sequence[MemberPath]) -> list[str]:
    """A sentence for each crowd that is graded: the person who looks has to know whose rows these may be.

    Args:
        upload: its name.
        paths: of all that was handed in there.
    """
    crowded = crowds(paths) if _side_by_side(paths) else {}
    return [
        f"{'/'.join((upload, *folder))} holds {len(held)} notebooks, each a row of its own: one student's?"
        for folder, held in crowded.items()
    ]


def _side_by_side(paths: Sequence[MemberPath]) -> bool:
    """Whether notebooks lie beside the folders of a class."""
    around = len(common_folder([path[:-1] for path in paths]))
    return any(len(path) == around + 1 for path in paths)


def crowds(paths: Sequence[MemberPath]) -> Mapping[Folder, Sequence[MemberPath]]:
    """Folders with more than :data:`MOST_OF_ONE` of the notebooks, where most others are alone in theirs."""
    around = len(common_folder([path[:-1] for path in paths]))
    level = max(around, student_level([path[:-1] for path in paths if len(path) > around + 1]) or 0)
    held: dict[Folder, list[MemberPath]] = defaultdict(list)
    for path in paths:
        held[path[: level + 1]].append(path)
    alone = sum(len(several) == 1 for several in held.values())
    if alone < FEWEST or 2 * alone <= len(held):
        return {}
    return {folder: several for folder, several in held.items() if len(several) > MOST_OF_ONE}


def _problem(held: Sequence[MemberPath]) -> str:
    named = ", ".join(shortened("/".join(path[-2:]), 80) for path in held[:_NAMED])
    return _(
        "{count} notebooks in one folder, where others have one, and nothing tells which is meant: "
        "{files} and {more} more"
    ).format(count=len(held), files=named, more=len(held) - _NAMED)
