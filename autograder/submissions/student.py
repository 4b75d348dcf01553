"""Who handed in what, where no LMS says so: from the names of files and folders alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from autograder.uploads import names

FEWEST = 4
"""Folders from which on most of them can tell what one is: fewer may be sections of a class."""

_OF_A_CLASS = frozenset(
    "lab labs class course assignment exercise homework hw submission submissions solution solutions "
    "notebook notebooks upload uploads download downloads export files".split()
)
"""Words by which archives are called that hold a class, in lower case and without a number behind them."""


def names_of(paths: Sequence[tuple[str, ...]], notebook: str) -> list[str]:
    """A student's name for each path.

    Where every file lies in a folder and one level of folders tells all of them apart, its folders name
    the students: the outermost such level, so that ``eve.zip`` around ``bob/lab.ipynb`` is eve's. So they
    do where most of them hold one file; of the others each file gets the way to it behind the name.
    Otherwise it is the file's stem; where that is the lab's own notebook, or several files share it, the
    folder of the outermost level that tells those files apart best, else the folder that holds the file. A
    name that stands further out in another path is that student's: it gets the folders around it, as in
    ``mallory/ada``.

    Args:
        paths: components of each file's path, the file name last.
        notebook: the name that the lab gave its notebook.
    """
    everybody = [_holders(path) for path in paths]
    if len(paths) > 1 and all(everybody):
        level, told_apart = _telling_level(everybody)
        if told_apart == len(paths):
            called = [folders[min(level, len(folders) - 1)] for folders in everybody]
            return _with_folders_around(called, paths)
        if own := _in_own_folders(paths, everybody, level):
            return own
    groups: dict[str, list[int]] = defaultdict(list)
    for index, path in enumerate(paths):
        groups[names.same_name_key(names.without_suffix(path[-1]))].append(index)
    usual = names.same_name_key(names.without_suffix(notebook))
    result = [names.without_suffix(path[-1]) for path in paths]
    for key, group in groups.items():
        if len(group) > 1 or key == usual:
            level, told_apart = _telling_level([everybody[index] for index in group if everybody[index]])
            for index in group:
                if folders := everybody[index]:
                    result[index] = folders[min(level, len(folders) - 1) if told_apart > 1 else -1]
    return _with_folders_around(result, paths)


def _with_folders_around(called: Sequence[str], paths: Sequence[tuple[str, ...]]) -> list[str]:
    """The names; one that stands further out in another path with the folders from that level on.

    Students choose what lies below their own folder: nobody takes another's name there.
    """
    every = [[*map(_unpacked, path[:-1]), names.without_suffix(path[-1])] for path in paths]
    places = [parts.index(name) for name, parts in zip(called, every, strict=True)]
    outermost: dict[str, int] = {}
    for name, place in zip(called, places, strict=True):
        key = names.same_name_key(name)
        outermost[key] = min(place, outermost.get(key, place))
    starts = [outermost[names.same_name_key(name)] for name in called]
    return [
        "/".join(parts[start : place + 1]) for parts, start, place in zip(every, starts, places, strict=True)
    ]


def owner_of(archive: str, path: tuple[str, ...], notebook: str) -> str:
    """The student whose archive with one notebook is given by itself.

    Args:
        archive: its name.
        path: of the notebook in it.
        notebook: the name that the lab gave its notebook.
    """
    usual = names.same_name_key(names.without_suffix(notebook))
    stem, own = names.without_suffix(path[-1]), names.without_suffix(archive)
    if path[1:] and _says_nobody(own, usual) and not _says_nobody(_unpacked(path[0]), usual):
        return _unpacked(path[0])
    return own if path[1:] or names.same_name_key(stem) == usual else stem


def _says_nobody(name: str, usual: str) -> bool:
    """Whether a folder or an archive is called after the lab or the class, and not after a student."""
    return names.same_name_key(name) == usual or name.casefold().rstrip("0123456789 _-") in _OF_A_CLASS


def student_level(folders: Sequence[Sequence[str]]) -> int | None:
    """The outermost level that tells folders apart, each of which is a student's or lies in one.

    Names that differ only in capitals tell where nothing else does, and numbers where they tell more.

    Returns:
        ``None`` where they are all the same.
    """
    folded = sorted({tuple(map(names.same_name_key, one)) for one in folders})
    for everybody in (folded, folders):
        best = _telling_level(everybody)
        counted = _telling_level(everybody, numbers=True)
        level, apart = counted if counted[1] > best[1] else best
        if apart > 1:
            return level
    return None


def _telling_level(everybody: Sequence[Sequence[str]], *, numbers: bool = False) -> tuple[int, int]:
    """The outermost level of folders that tells most files apart, and how many it does.

    A level of numbers or times names nobody, nor does one whose folders stand in several others (``part1`` of
    each). Nor does one that tells only files apart which lie in a few of the folders further out: students
    choose what lies below their own folder.

    Args:
        numbers: whether numbers may be names.
    """
    best = (0, 1)
    for level in range(max(map(len, everybody), default=0)):
        here = {folders[min(level, len(folders) - 1)] for folders in everybody}
        ways = {tuple(folders[: level + 1]) for folders in everybody}
        counted = not numbers and all(name.replace("-", "").isdecimal() for name in here)
        tells_more = len(here) > best[1] and len(here) == len(ways) and not counted
        if tells_more and (best[1] < FEWEST or _divides(everybody, best[0], level)):
            best = (level, len(here))
    return best


def _divides(everybody: Sequence[Sequence[str]], outer: int, level: int) -> bool:
    """Whether at least half of the folders of a level have several of another, further inside."""
    inside: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for folders in everybody:
        inside[tuple(folders[: outer + 1])].add(tuple(folders[: level + 1]))
    return 2 * sum(len(ways) > 1 for ways in inside.values()) >= len(inside)


def _in_own_folders(
    paths: Sequence[tuple[str, ...]], everybody: Sequence[Sequence[str]], level: int
) -> list[str] | None:
    """The names where most folders of a level hold one file: theirs, and the way to each file of the others.

    Returns:
        ``None`` where they do not, or are fewer than :data:`FEWEST`.
    """
    folders = [tuple(one[: level + 1]) for one in everybody]
    held = Counter(folders)
    alone = sum(count == 1 for count in held.values())
    if alone < FEWEST or 2 * alone <= len(held):
        return None
    return [
        folder[-1] if held[folder] == 1 else _from_folder(folder[-1], path)
        for folder, path in zip(folders, paths, strict=True)
    ]


def _from_folder(name: str, path: tuple[str, ...]) -> str:
    """The path of a file from the folder of this name on."""
    parts = [*map(_unpacked, path[:-1]), names.without_suffix(path[-1])]
    return "/".join(parts[parts.index(name) :])


def _holders(path: tuple[str, ...]) -> list[str]:
    """The folders around a file, outermost first; an archive counts as the folder that it unpacks to.

    An otter export (``lab_2024_11_05.zip`` around ``lab.ipynb``) names the notebook again, not the student.
    """
    stem = names.without_suffix(path[-1]).casefold()
    folders = [*map(_unpacked, path[:-1])]
    inner = [part for part in folders if not part.casefold().startswith(stem)]
    return inner or folders


def _unpacked(folder: str) -> str:
    """The name of a folder; an archive counts as the folder that it unpacks to."""
    return names.without_suffix(folder) if names.is_zip(folder) else folder
