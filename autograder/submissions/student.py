"""Who handed in what, where no LMS says so: from the names of files and folders alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from autograder.uploads import names


def names_of(paths: Sequence[tuple[str, ...]], notebook: str) -> list[str]:
    """A student's name for each path.

    It is the file's stem. Where that is the lab's own notebook, or several files share it, the folder
    that holds the file names the student; where several share that too (``alice/lab9/lab.ipynb``), the
    nearest folder that tells them apart.

    Args:
        paths: components of each file's path, the file name last.
        notebook: the name that the lab gave its notebook.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for index, path in enumerate(paths):
        groups[names.same_name_key(names.without_suffix(path[-1]))].append(index)
    usual = names.same_name_key(names.without_suffix(notebook))
    result = [names.without_suffix(path[-1]) for path in paths]
    for key, group in groups.items():
        if len(group) > 1 or key == usual:
            holders = [_holders(paths[index]) for index in group]
            level = _telling_level(holders)
            for index, folders in zip(group, holders, strict=True):
                if folders:
                    result[index] = folders[min(level, len(folders) - 1)]
    return result


def _telling_level(holders: list[list[str]]) -> int:
    """How far outside one must go until all holders differ; 0 where that never happens."""
    for level in range(max(map(len, holders))):
        here = [tuple(folders[level:]) and folders[min(level, len(folders) - 1)] for folders in holders]
        if len(set(here)) == len(here) and all(here):
            return level
    return 0


def _holders(path: tuple[str, ...]) -> list[str]:
    """The folders around a file, nearest first; an archive counts as the folder that it unpacks to.

    An otter export (``lab_2024_11_05.zip`` around ``lab.ipynb``) names the notebook again, not the student.
    """
    stem = names.without_suffix(path[-1]).casefold()
    folders = [names.without_suffix(part) if names.is_zip(part) else part for part in reversed(path[:-1])]
    inner = [part for part in folders if not part.casefold().startswith(stem)]
    return inner or folders
