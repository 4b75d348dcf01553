"""What decides a mark, as one hash: a result may be used again where it is the same.

Three things go into it: what the lab says (configuration, test files, what they import, data), this
engine's source, and the versions of the packages that compute. Titles do not: a corrected spelling
mistake is no reason to grade a class again.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterator
from pathlib import Path

from autograder import __version__
from autograder.config.load import Lab
from autograder.errors import ConfigurationError
from autograder.grading.template import marked_cells

VERSIONED = (
    "torch", "numpy", "pandas", "matplotlib", "ipython", "ipykernel", "nbclient", "jupyter_client",
    "otter-grader", "nbformat",
)  # fmt: skip
"""Packages whose version is part of every result."""

_ENGINE = Path(__file__).resolve().parents[1]
_DECIDE_NOTHING = {"batch", "build", "lms", "package", "report", "cli.py", "doctor.py", "marks.py"}
"""Parts of the engine that hand out, show and return what others have decided."""


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
    for file in sorted({*test_modules(lab), *(lab.root / item.file for item in lab.config.data)}):
        add(f"lab/{file.relative_to(lab.root).as_posix()}", file.read_bytes())
    add("left out", repr(_marked_in(lab)).encode())
    for file in sorted(_ENGINE.rglob("*.py")):
        name = file.relative_to(_ENGINE)
        if name.parts[0] not in _DECIDE_NOTHING:
            add(f"engine/{name.as_posix()}", file.read_bytes())
    add("versions", repr(sorted(versions().items())).encode())
    return digest.hexdigest()


def _deciding_configuration(lab: Lab) -> str:
    title = {"title": True}
    return lab.config.model_dump_json(
        exclude={
            "assignment": title,
            "questions": {"__all__": title},
            "manual": {"__all__": {"title": True, "points": True}},
            "build": True,
            # They decide the mark that goes back, which follows from the points each time anew.
            "late": True,
            "rounding": True,
            "lms": True,
            "seed": True,  # in every result by itself
        }
    )


def _marked_in(lab: Lab) -> list[str]:
    try:
        return sorted(marked_cells(lab))
    except ConfigurationError:
        return ["the template cannot be read"]  # opening the course says so, where it is needed


def test_modules(lab: Lab) -> set[Path]:
    """The test files and every module of the lab that they import, directly or not.

    Imports are read, not followed by running anything: ``import`` statements anywhere in a file count,
    a module that is imported by a computed name does not.
    """
    waiting = list((lab.root / lab.config.tests).rglob("*.py"))
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
