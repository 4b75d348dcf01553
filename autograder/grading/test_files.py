"""otter's class for test files, without the rest of otter.

The package ``otter`` imports its whole command line when it is imported itself: notebook exports, pandas, a
second of processor time for each grading process. Its test files need none of it, so the package comes
first as a name with a place, and is filled in by the first question for anything else.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.grading.asserts import with_values
from autograder.grading.doctests import read_cases

if TYPE_CHECKING:
    from otter.test_files import ExceptionTestFile


class _Unfilled(types.ModuleType):
    """The package before its own code has run."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__all__", "__version__"):  # asked of any module
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self.__class__ = types.ModuleType  # type: ignore[assignment]  # first: filling it in asks for names
        assert self.__spec__ is not None
        assert self.__spec__.loader is not None
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def read_test_file(path: str) -> ExceptionTestFile:
    """The test file at ``path``, which runs: functions with ``@test_case``, or a dictionary of doctests.

    Raises:
        Exception: whatever reading or running it raises.
    """
    _otter_unfilled()
    from otter.test_files import ExceptionTestFile

    source = Path(path).read_text(encoding="utf-8")
    if is_of_doctests(source):
        return read_doctests(specification(source, path), path)
    code = compile(with_values(source, path), path, "exec")
    file = ExceptionTestFile._from_compiled_code(code, path=path)
    file.source = source
    return file


def _otter_unfilled() -> None:
    if "otter" not in sys.modules and (spec := importlib.util.find_spec("otter")):
        package = importlib.util.module_from_spec(spec)
        package.__class__ = _Unfilled
        sys.modules["otter"] = package


def read_doctests(test: dict[str, Any], path: str) -> ExceptionTestFile:
    """The test file that such a dictionary describes.

    Raises:
        Exception: whatever otter raises where it is malformed.
    """
    _otter_unfilled()
    from otter.test_files import OKTestFile

    older = OKTestFile.from_spec(test, path)
    asked = read_cases([(case.body, bool(case.hidden)) for case in older.test_cases])
    for case, body in zip(older.test_cases, asked, strict=True):
        case.body = body
    return older


def is_of_doctests(source: str) -> bool:
    """Whether a test file says ``OK_FORMAT = True``.

    Raises:
        SyntaxError: it is not Python.
    """
    return any(
        isinstance(node, ast.Assign)
        and [ast.unparse(target) for target in node.targets] == ["OK_FORMAT"]
        and isinstance(node.value, ast.Constant)
        and node.value.value is True
        for node in ast.parse(source).body
    )


def specification(source: str, path: str) -> dict[str, Any]:
    """What a file of doctests binds to ``test``.

    Raises:
        ValueError: nothing, or no dictionary.
    """
    names: dict[str, Any] = {"__file__": path}
    exec(compile(source, path, "exec"), names)  # noqa: S102  the course's own file, as otter runs it
    found = names.get("test")
    if not isinstance(found, dict):
        raise ValueError("OK_FORMAT = True, but there is no dictionary `test`")
    return found
