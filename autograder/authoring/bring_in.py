"""A lab made of what another tool left: recognised by what is in it."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from autograder.authoring import nbgrader, otter_assign, otter_tests
from autograder.authoring.doctest_imports import python_of
from autograder.authoring.draft import Draft
from autograder.authoring.names import imported
from autograder.config.fields import Requirement
from autograder.errors import UsageError
from autograder.grading.test_files import is_of_doctests, specification

_NOT_FOR_STUDENTS = frozenset(
    {".ipynb", ".py", ".pyc", ".zip", ".pdf", ".md", ".yml", ".yaml", ".toml", ".lock"}
)
LONGEST_PATH = 500
"""Characters, as `files:` of a configuration allows them."""

LARGEST_FILE = 50 * 2**20
"""Bytes of a file beside the notebook that is carried over: a data set, no film."""


def bring_in(source: Path) -> Draft:
    """The lab in a notebook of otter-assign or nbgrader, or in a folder with a notebook and ``tests/``.

    Raises:
        UsageError: there is nothing of that kind; it says what was looked for.
    """
    notebook_file = _notebook_in(source)
    notebook = _read(notebook_file)
    tests = _tests_beside(notebook_file)
    if otter_assign.is_otter_assign(notebook):
        draft = otter_assign.read(notebook, notebook_file.name)
    elif nbgrader.is_nbgrader(notebook):
        draft = nbgrader.read(notebook, notebook_file.name)
    elif tests:
        draft = otter_tests.read(notebook, notebook_file.name, tests)
    else:
        raise UsageError(
            f"{notebook_file}: it has neither blocks of otter assign (# BEGIN QUESTION) nor cells of "
            "nbgrader, and there is no folder tests/ with otter's test files beside it"
        )
    _carry_files(notebook_file.parent, draft)
    _carry_named_files(notebook_file.parent, draft)
    _carry_requirements(notebook_file.parent, draft)
    draft.notes += [*_lost_pictures(draft), *_missing_modules(draft)]
    return draft


def _notebook_in(source: Path) -> Path:
    if source.is_file():
        return source
    found = sorted(source.glob("*.ipynb")) if source.is_dir() else []
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in found[:10])
    said = (
        f"{names} lie in it, and each becomes a lab of its own: name one"
        if found
        else "no notebook lies in it"
    )
    raise UsageError(f"{source}: {said if source.is_dir() else 'there is no such file or folder'}")


def _read(file: Path) -> Any:
    import nbformat

    try:
        notebook = nbformat.read(file, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError, AttributeError, KeyError) as reason:
        raise UsageError(f"{file}: cannot be read as a notebook: {str(reason)[:300]}") from reason
    return nbformat.v4.rwbase.rejoin_lines(notebook)


def _tests_beside(notebook: Path) -> dict[str, str]:
    files = sorted((notebook.parent / "tests").glob("*.py"))
    return {str(file): file.read_text(encoding="utf-8") for file in files if not file.name.startswith("_")}


def _lost_pictures(draft: Draft) -> Iterator[str]:
    """Pictures of solutions: beside the notebook students would have them."""
    for cell in draft.cells:
        for name in re.findall(r"\]\(attachment:([^)\s]+)", cell.source):
            yield (
                f"{name}: a picture in a solution, which is left out: a master holds text, and students get "
                "what lies beside the notebook"
            )


def _missing_modules(draft: Draft) -> Iterator[str]:
    """What tests import, and is neither installed here nor carried over."""
    known = {PurePosixPath(name).parts[0].removesuffix(".py") for name in draft.files}
    for question in draft.questions:
        source, name = question.test, question.name
        statements = imported([python_of(specification(source, name)) if is_of_doctests(source) else source])
        modules = {statement.split()[1].partition(".")[0] for statement in statements.values()}
        for module in sorted(modules - known - {"", *sys.stdlib_module_names}):  # "": from . import x
            if module not in sys.modules and importlib.util.find_spec(module) is None:
                yield f"question {name!r}: its tests import {module}, which is not installed here"


def _carry_files(folder: Path, draft: Draft) -> None:
    """Files beside the notebook, and in folders there, that its code mentions."""
    said = "\n".join(cell.source for cell in draft.cells if cell.cell_type == "code")
    tests = "\n".join(question.test for question in draft.questions)
    for file in sorted(folder.iterdir()):
        module = file.suffix == ".py" and (f"import {file.stem}" in said or f"from {file.stem} " in said)
        named = file.suffix not in _NOT_FOR_STUDENTS and file.name in said
        if not file.is_file() or not (module or named):
            if file.is_file() and file.name in tests:
                draft.notes.append(
                    f"{file.name}: a test names it; tests read files beside themselves, copy it there"
                )
            continue
        _carry(file, file.name, draft)
    for name in sorted(_paths_in(said)):
        if _is_file(folder / name) and name not in draft.named_files:
            draft.named_files.append(name)


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a text in the code may be no name that a file can have."""
    try:
        return path.is_file()
    except OSError:
        return False


def _paths_in(code: str) -> set[str]:
    """Paths of files in folders that code may mean: ``data/train.csv`` in a text, ``lib.stats`` imported."""
    written = set(re.findall(r"""["']([^"'\n]+/[^"'\n]+)["']""", code))
    written = {name for name in written if PurePosixPath(name).suffix not in _NOT_FOR_STUDENTS}
    modules = re.findall(r"^\s*(?:from|import)\s+([A-Za-z_][\w.]*\.\w+)", code, re.MULTILINE)
    paths = written | {f"{module.replace('.', '/')}.py" for module in modules}
    return {
        PurePosixPath(name).as_posix()
        for name in paths
        if len(name) < LONGEST_PATH and not name.startswith(("/", "tests/"))  # where otter's tests lie
    }


def _carry(file: Path, name: str, draft: Draft) -> None:
    """Take a file along under this name."""
    if file.stat().st_size > LARGEST_FILE:
        draft.notes.append(f"{name}: too large to be carried over; see `data:` in the configuration")
        return
    draft.files[name] = file.read_bytes()
    top = PurePosixPath(name).parts[0].removesuffix(".py")
    if file.suffix == ".py" and top in draft.packages:
        draft.packages.remove(top)


def _carry_named_files(folder: Path, draft: Draft) -> None:
    """Files that the notebook's settings name; what lies elsewhere is none of the lab's."""
    for name in draft.named_files:
        file = (folder / name).resolve()
        if not _is_file(file) or not file.is_relative_to(folder.resolve()):
            draft.notes.append(f"{name}: no file in {folder}: copy it, and name it in `files:`")
            continue
        path = file.relative_to(folder.resolve()).as_posix()
        _carry(file, path, draft)


def _carry_requirements(folder: Path, draft: Draft) -> None:
    """Packages for `packages:`, from a list or the file that it stands in."""
    said = draft.requirements
    if isinstance(said, str):
        file = folder / said
        if not file.is_file():
            draft.notes.append(f"{said}: there is no such file: name the packages in `packages:`")
        said = file.read_text("utf-8").splitlines() if file.is_file() else []
    lines = [line for one in said if (line := str(one).partition("#")[0].strip())]
    fitting = TypeAdapter(Requirement)
    draft.requirements = []
    for line in lines:
        try:
            draft.requirements.append(fitting.validate_python(line))
        except ValidationError:
            draft.notes.append(f"requirement {line!r}: not carried over; `packages:` wants 'name>=1.4'")
