"""What decides a mark, as far as it is known before the lab's test files run, as one hash: the name of a run.

Three things go into it: what the lab says (configuration, test files, what they import, data), the parts of
this engine that decide, and the versions of the packages that compute. Titles do not: a corrected spelling
mistake is no reason to grade a class again.

It is read and never run, so that it is the same on every machine, before anything is graded and where no
torch is. What the test files open when they run is in each result (:mod:`autograder.grading.opened_files`);
a result is used again where both are the same.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder import __version__
from autograder.config.load import Lab
from autograder.errors import ConfigurationError
from autograder.grading.template import marked_cells
from autograder.language import judging

VERSIONED = (
    "torch", "numpy", "pandas", "matplotlib", "ipython", "ipykernel", "nbclient", "jupyter_client",
    "otter-grader", "nbformat",
)  # fmt: skip
"""Packages whose version is part of every result."""

_ENGINE = Path(__file__).resolve().parents[1]
DECIDES = (
    "config", "errors.py", "gradients", "grading", "heard.py", "kernel", "language", "model", "notebook",
    "sandbox", "workers",
)  # fmt: skip
"""Rooms and modules of the engine that a mark or a verdict can depend on. They import nothing else of it.

What finds submissions (``uploads``, ``lms``, ``submissions``) is not among them: a result belongs to the
bytes of a notebook, however they came. What shows, keeps and hands back results works anew each time.
"""


def versions() -> dict[str, str]:
    """Versions of what computes the marks."""
    found = {"autograder": __version__, "python": platform.python_version()}
    for package in VERSIONED:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def fingerprint(lab: Lab) -> str:
    """Hash of everything that decides a mark: lab content, engine, package versions.

    Returns:
        64 hexadecimal digits.

    Raises:
        OSError: a file of the lab cannot be read.
    """
    digest = hashlib.sha256()

    def add(name: str, content: bytes) -> None:
        for part in (name.encode(), content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)

    add("configuration", _deciding_configuration(lab).encode())
    for name in sorted(named_files(lab)):
        add(f"lab/{name}", lab.file(name).read_bytes())
    add("left out", repr(_marked_in(lab)).encode())
    for file in _deciding_modules():
        add(f"engine/{file.relative_to(_ENGINE).as_posix()}", file.read_bytes())
    if (words := judging.of_language(lab.config.language)).is_file():  # stand in every result
        add("words", words.read_bytes())
    computing = {name: version for name, version in versions().items() if name != _ENGINE.name}
    add("versions", repr(sorted(computing.items())).encode())
    return digest.hexdigest()


def _deciding_modules() -> Iterator[Path]:
    for part in map(_ENGINE.joinpath, DECIDES):
        yield from sorted(part.rglob("*.py")) if part.is_dir() else [part]


def _deciding_configuration(lab: Lab) -> str:
    title = {"title": True}
    return lab.config.model_dump_json(
        exclude={
            "assignment": {"title": True, "link_executed": True},
            "questions": {"__all__": title},
            "build": True,
            "corpus": True,  # what certifies the grader is graded by it
            # They decide the mark that goes back, which follows from the points each time anew. An answer in
            # words to a question that a result does not know yet is read without grading anything.
            "manual": True,
            "late": True,
            "rounding": True,
            "lms": True,
            "seed": True,  # in every result by itself, as this one is
            "case_number": True,
        }
    )


def _marked_in(lab: Lab) -> list[str]:
    try:
        return sorted(marked_cells(lab))
    except ConfigurationError:
        return ["the template cannot be read"]  # opening the course says so, where it is needed


def named_files(lab: Lab) -> set[str]:
    """The lab's files that this hash reads, relative to its folder.

    Data, what lies beside the notebook, test files, what these import.
    """
    modules = {file.relative_to(lab.root).as_posix() for file in _modules(lab)}
    named = (*(item.file for item in lab.config.data), *lab.config.files)
    return modules | {PurePosixPath(name).as_posix() for name in named}


def _modules(lab: Lab) -> set[Path]:
    """The questions' test files and every module of the lab that they import, directly or not.

    Imports are read, not followed by running anything: ``import`` statements anywhere in a file count, so
    that a module that is added beside another one, or that a file tries to import, is seen when it comes.
    """
    waiting = [lab.test_file(question.name) for question in lab.config.questions]
    found = set(waiting)
    while waiting:
        for path in set(_imported(waiting.pop(), lab.root)) - found:
            found.add(path)
            waiting.append(path)
    return found


def _imported(path: Path, root: Path) -> Iterator[Path]:
    """The files below ``root`` that the import statements of ``path`` name."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return  # loading it says so, with the line
    package = path.relative_to(root).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            base += node.module.split(".") if node.module else []
            names = [[*base, alias.name] for alias in node.names]
        else:
            continue
        for name in names:
            if name[0] != _ENGINE.name:
                yield from _files_of(name, root)


def _files_of(name: list[str], root: Path) -> Iterator[Path]:
    """The files of module ``name`` and of the packages around it, as far as they exist."""
    for length in range(1, len(name) + 1):
        place = root.joinpath(*name[:length])
        for file in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
            if file.is_file():
                yield file
