"""otter's class for test files, without the rest of otter.

The package ``otter`` imports its whole command line when it is imported itself: notebook exports, pandas, a
second of processor time for each grading process. Its test files need none of it, so the package comes
first as a name with a place, and is filled in by the first question for anything else.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from typing import TYPE_CHECKING, Any

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
    """The test file at ``path``, which runs.

    Raises:
        Exception: whatever reading or running it raises.
    """
    if "otter" not in sys.modules and (spec := importlib.util.find_spec("otter")):
        package = importlib.util.module_from_spec(spec)
        package.__class__ = _Unfilled
        sys.modules["otter"] = package
    from otter.test_files import ExceptionTestFile

    return ExceptionTestFile.from_file(path)
