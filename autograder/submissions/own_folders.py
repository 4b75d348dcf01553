"""Folders that are students' though nothing but the notebooks in them says so; who handed in no notebook.

Where a class lies in folders, one a student, or in files, one a student, whoever has none with a notebook in
it has handed in something else, or nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from autograder.lms.model import MemberPath
from autograder.submissions.spots import Spot, common_folder, folder_called, stem_key
from autograder.submissions.student import student_level
from autograder.uploads import names
from autograder.uploads.aside import DEEPEST, Folder

_DOCUMENTS = frozenset(".html .htm .py .doc .docx .odt .rtf .pages .tex .rmd .qmd".split())
_NOBODY = frozenset(
    "src data dataset datasets doc docs fig figs figures images img pictures photos notebooks models output "
    "outputs plots tests venv env material materials helper helpers util utils setup conftest solution "
    "instructions exercise assignment rubric roster index readme __pycache__ node_modules".split()
)
"""What nobody is called, but folders and files beside a notebook are; in lower case."""


@dataclass(frozen=True)
class Tree:
    """Files of an upload.

    Attributes:
        paths: of all files, and of folders without files.
        handed_in: of those that are, or should have been, notebooks.
        notebook: the name that the lab gave its notebook.
    """

    paths: Sequence[MemberPath]
    handed_in: Sequence[MemberPath]
    notebook: str

    @cached_property
    def around(self) -> Folder:
        """The folder around the class."""
        of_notebooks = [path[:-1][:DEEPEST] for path in self.handed_in]
        if len(of_notebooks) <= 1:
            of_notebooks = [path[:-1][:DEEPEST] for path in self.paths]
        return common_folder(of_notebooks)

    @cached_property
    def level(self) -> int:
        """Which component names the student, where folders do."""
        folders = [path[:-1][:DEEPEST] for path in self.handed_in if len(path) > len(self.around) + 1]
        found = student_level(folders)
        return len(self.around) if found is None else max(found, len(self.around))

    @cached_property
    def by_folder(self) -> dict[Folder, int]:
        """Notebooks in, and below, each folder that has some."""
        counts: dict[Folder, int] = defaultdict(int)
        for path in self.handed_in:
            for length in range(min(len(path), DEEPEST)):
                counts[path[:length]] += 1
        return counts

    @cached_property
    def neighbours(self) -> dict[Folder, int]:
        """Folders with notebooks that lie in each folder."""
        counts: dict[Folder, int] = defaultdict(int)
        for folder in self.by_folder:
            if folder:
                counts[folder[:-1]] += 1
        return counts

    def is_usual(self, path: MemberPath) -> bool:
        """Whether a file is called as the lab's notebook."""
        return stem_key(path[-1]) == stem_key(self.notebook)


def with_own_folders(tree: Tree, known: Mapping[MemberPath, Spot]) -> dict[MemberPath, Spot]:
    """The spots that are known, and those in folders and files that must be students'."""
    result = dict(known)
    left = [path for path in tree.paths if path not in known]
    for folder, files in [*_with_lab_notebook(tree, left), *_without_notebook(tree, left)]:
        name = folder_called(folder[-1])
        result |= {path: Spot(folder, name, path[len(folder) :]) for path in files}
    for path, stem in _documents(tree, [path for path in left if path not in result]):
        result[path] = Spot((*path[:-1], stem), stem, path[-1:])
    return result


def _with_lab_notebook(tree: Tree, left: Sequence[MemberPath]) -> list[tuple[Folder, list[MemberPath]]]:
    """Folders with several notebooks of which one is called as the lab's: what else is there is not meant."""
    units: dict[Folder, list[MemberPath]] = defaultdict(list)
    for path in left:
        if len(path) > tree.level + 1:
            units[path[: tree.level + 1]].append(path)
    asked = set(tree.handed_in)
    found = []
    for folder, files in units.items():
        notebooks = [path for path in files if path in asked]
        if len(notebooks) > 1 and sum(map(tree.is_usual, notebooks)) == 1:
            found.append((folder, files))
    return found


def _without_notebook(tree: Tree, left: Sequence[MemberPath]) -> list[tuple[Folder, list[MemberPath]]]:
    """Folders without any notebook beside students' folders that have one."""
    units: dict[Folder, list[MemberPath]] = defaultdict(list)
    first, refused = len(tree.around), set(tree.handed_in)
    for path in left:
        if path[:first] == tree.around:
            lengths = range(first + 1, min(tree.level + 2, len(path)))
            unit = next((path[:length] for length in lengths if path[:length] not in tree.by_folder), None)
            if unit is not None and unit not in refused:
                units[unit].append(path)
    return [(folder, files) for folder, files in units.items() if _is_students(tree, folder, files)]


def _is_students(tree: Tree, folder: Folder, files: Sequence[MemberPath]) -> bool:
    if folder[-1].casefold() in _NOBODY:
        return False
    flat = [path for path in tree.handed_in if path[:-1] == folder[:-1]]
    folders = tree.neighbours.get(folder[:-1], 0)
    if folder[:-1] != tree.around:
        return folders > 1
    if folders or len(flat) > 1:
        return True
    # One notebook that lies beside the folder: a class of which one has handed in, or one student's files.
    return not any(map(tree.is_usual, flat)) and any(not path[-1] or _is_document(path) for path in files)


def _documents(tree: Tree, left: Sequence[MemberPath]) -> list[tuple[MemberPath, str]]:
    """What was handed in instead of a notebook, and by whom, where students' files lie side by side."""
    here = len(tree.around) + 1
    flat = [path for path in tree.handed_in if len(path) == here]
    packed = {path[:here] for path in tree.handed_in if len(path) > here and names.is_zip(path[here - 1])}
    named = [path for path in flat if not tree.is_usual(path)]
    folders = tree.neighbours.get(tree.around, 0) - len(packed)
    students = len(named) + len(packed) + (folders if folders > 1 or named else 0)
    if students < 1 or (students == 1 and len(flat) > len(named)):
        return []
    stems = {stem_key(path[-1]) for path in (*flat, *packed)} | {stem_key(tree.notebook)}
    beside = [path for path in left if path[:-1] == tree.around and path[-1]]
    documents = _of_others(filter(_is_document, beside), stems)
    # A picture beside one notebook may be a page of that student's; beside a class it is somebody's own.
    pictures = _of_others(filter(_is_picture, beside), stems) if students + len(documents) > 1 else []
    return documents + pictures


def _of_others(paths: Iterable[MemberPath], stems: set[str]) -> list[tuple[MemberPath, str]]:
    """The files that are called after nobody in ``stems``, with the name that each has."""
    named = [(path, PurePosixPath(path[-1]).stem) for path in paths]
    return [
        (path, stem)
        for path, stem in named
        if not _belongs_to(stem, stems) and stem.casefold() not in _NOBODY
    ]


def class_without_notebooks(tree: Tree) -> dict[MemberPath, Spot]:
    """The spots of a class in which nobody handed in a notebook: a folder, or a document, for each student.

    One folder, or one document, is no class: then the upload itself is what somebody handed in.
    """
    here = len(tree.around) + 1
    units: dict[Folder, list[MemberPath]] = defaultdict(list)
    for path in tree.paths:
        if len(path) > here and path[here - 1].casefold() not in _NOBODY:
            units[path[:here]].append(path)
    flat = [path for path in tree.paths if len(path) == here and path[-1]]
    documents = [path for path in flat if _is_document(path) or path[-1].casefold().endswith(".pdf")]
    found = {
        path: Spot(unit, folder_called(unit[-1]), path[here:])
        for unit, files in units.items()
        if len(units) > 1
        for path in files
    }
    if len(_of_others(documents, set())) + (len(units) if len(units) > 1 else 0) > 1:
        files = [path for path in flat if path in documents or _is_picture(path)]
        found |= {path: Spot((*path[:-1], stem), stem, path[-1:]) for path, stem in _of_others(files, set())}
    return found


def _belongs_to(stem: str, stems: set[str]) -> bool:
    """Whether a file is called after another: ``ada 1`` or ``ada_photo`` beside ``ada``."""
    key = names.same_name_key(stem)
    ends = [at for at in range(1, len(key) + 1) if at == len(key) or not key[at].isalnum()]
    return any(key[:at] in stems for at in ends)


def _is_document(path: MemberPath) -> bool:
    return PurePosixPath(path[-1]).suffix.casefold() in _DOCUMENTS


def _is_picture(path: MemberPath) -> bool:
    return names.is_picture(path[-1])
