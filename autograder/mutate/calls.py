"""Calls that the questions make, written down on a right notebook and made again on one with a change.

A change that nobody can see is no mistake. So every function and method of the notebook notes what it is
called with while the questions are asked; the same calls, with the same random numbers, are made of the
notebook with the change, and what they give, raise, and do to their arguments is compared. So are the names
that the cells leave, and what cells make of fewer rows.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from autograder.kernel.guest import scenery
from autograder.model import FewerRows
from autograder.mutate.in_process import LONGEST_SECONDS, NotebookNames, time_limit
from autograder.mutate.sameness import difference, plain

MOST_CALLS = 500
"""Calls of one function that are kept."""

REPEATED_SECONDS = 0.5
"""Processor time beyond which a call is not made again, a whole training for example."""


@dataclass(frozen=True)
class Call:
    """One call; the arguments are copies.

    Attributes:
        path: names of a function, or of a class and its method.
    """

    path: tuple[str, ...]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """The function as ``Class.method`` or ``function``."""
        return ".".join(self.path)


class Recorder:
    """Watches the functions of a notebook.

    Attributes:
        calls: the outermost calls that questions made.
        fewer: the shorter tables on which cells ran again, and after which cell that ended.
        fetched: by name of the notebook, the questions that asked for it.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.fewer: list[tuple[FewerRows, int]] = []
        self.fetched: dict[str, set[str]] = {}
        self._callers: dict[str, set[str | int]] = {}
        self._caller: str | int | None = None
        self._depth = 0
        self._counts: dict[tuple[str, ...], int] = {}
        self._undo: list[Callable[[], None]] = []

    @contextlib.contextmanager
    def asking(self, question: str) -> Iterator[None]:
        """Inside the block a question calls."""
        self._caller = question
        try:
            yield
        finally:
            self._caller = None

    @contextlib.contextmanager
    def running(self, cell: int) -> Iterator[None]:
        """Inside the block a cell calls."""
        self._caller = cell
        try:
            yield
        finally:
            self._caller = None

    def fetch(self, name: str) -> None:
        """A question asks for a name."""
        if isinstance(self._caller, str):
            self.fetched.setdefault(name, set()).add(self._caller)

    def questions_by_unit(self, makers: Mapping[str, int]) -> dict[str, frozenset[str]]:
        """By function, the questions that call it, or ask for what a cell made that calls it.

        Args:
            makers: by name, the cell that made its value.
        """
        of_cells: dict[int, set[str]] = {}
        for name, cell in makers.items():
            of_cells.setdefault(cell, set()).update(self.fetched.get(name, ()))
        return {
            unit: frozenset().union(
                *({one} if isinstance(one, str) else of_cells.get(one, set()) for one in callers)
            )
            for unit, callers in self._callers.items()
        }

    def watch(self, names: dict[str, Any], cell: int) -> None:
        """Watch what a cell has defined, which may have called it itself before."""
        for name, value in [*names.items()]:
            if isinstance(value, FunctionType) and value.__globals__ is names:
                self._replace(names.__setitem__, name, value, (name,), cell)
            elif isinstance(value, type) and value.__module__ == names["__name__"]:
                for attribute, method in [*vars(value).items()]:
                    if isinstance(method, FunctionType) and method.__globals__ is names:
                        setter = functools.partial(setattr, value)
                        self._replace(setter, attribute, method, (name, attribute), cell)

    def stop(self) -> None:
        """Put the functions back."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    def _replace(
        self,
        setter: Callable[[str, Any], None],
        name: str,
        function: FunctionType,
        path: tuple[str, ...],
        cell: int,
    ) -> None:
        self._callers.setdefault(function.__qualname__, set()).add(cell)
        setter(name, self._noting(function, path))
        self._undo.append(lambda: setter(name, function))

    def _noting(self, function: FunctionType, path: tuple[str, ...]) -> Callable[..., Any]:
        unit = function.__qualname__

        @functools.wraps(function)
        def noting(*args: Any, **kwargs: Any) -> Any:
            if self._caller is not None:
                self._callers[unit].add(self._caller)
            if isinstance(self._caller, str) and self._depth == 0:
                self._note(path, args, kwargs)
            self._depth += 1
            try:
                return function(*args, **kwargs)
            finally:
                self._depth -= 1

        return noting

    def _note(self, path: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        count = self._counts.get(path, 0)
        given = (*args, *kwargs.values())
        if count >= MOST_CALLS or any(isinstance(one, FunctionType) for one in given):
            return  # a function is not copied: what hangs on it would change from call to call
        self._counts[path] = count + 1
        with contextlib.suppress(Exception):  # what cannot be copied cannot be asked again
            kept_args, kept_kwargs = copy.deepcopy((args, kwargs))
            self.calls.append(Call(path, kept_args, kept_kwargs))


class RecordedNames(NotebookNames):
    """Names of a notebook that note what is asked of its cells."""

    def __init__(self, names: dict[str, Any], cells: Sequence[str], recorder: Recorder) -> None:
        super().__init__(names, cells)
        self._recorder = recorder

    def get(self, name: str, default: Any = None) -> Any:
        """As without noting it."""
        self._recorder.fetch(name)
        return super().get(name, default)

    def rerun_on_fewer(self, fewer: FewerRows, number: int) -> dict[str, Any] | None:
        """As without noting it."""
        self._recorder.fewer.append(copy.deepcopy((fewer, number)))
        return super().rerun_on_fewer(fewer, number)


@dataclass(frozen=True)
class Behaviour:
    """What a right notebook does, to compare others with.

    Attributes:
        calls: with what each gives.
        fewer: what cells make of fewer rows.
        left: the names that its cells leave.
    """

    calls: tuple[tuple[Call, Any], ...]
    fewer: tuple[tuple[tuple[FewerRows, int], Any], ...]
    left: Mapping[str, Any]


def behaviour_of(env: NotebookNames, recorder: Recorder, left: Mapping[str, Any]) -> Behaviour:
    """What the notebook gives for the calls that were noted on it; those that take long are left out.

    Args:
        left: the names that its cells left, before anything was asked.
    """
    made = []
    for call in recorder.calls:
        began = time.process_time()
        outcome = made_again(env.names, call)
        if time.process_time() - began < REPEATED_SECONDS:
            made.append((call, outcome))
    fewer = tuple((args, plain(env.rerun_on_fewer(*copy.deepcopy(args)))) for args in recorder.fewer)
    return Behaviour(tuple(made), fewer, left)


def first_difference(env: NotebookNames, behaviour: Behaviour, left: Mapping[str, Any]) -> str:
    """Where a notebook behaves otherwise, as a sentence; empty where it does not."""
    for name, value in behaviour.left.items():
        if found := difference(left.get(name), value):
            return f"{name}: {found}"
    for call, outcome in behaviour.calls:
        if found := difference(made_again(env.names, call), outcome):
            return f"{call.unit}: {found}"
    for args, outcome in behaviour.fewer:
        if found := difference(plain(env.rerun_on_fewer(*copy.deepcopy(args))), outcome):
            return f"on fewer rows: {found}"
    return ""


def made_again(names: dict[str, Any], call: Call) -> Any:
    """What a call gives or raises, and its arguments afterwards, as plain data."""
    args, kwargs = copy.deepcopy((call.args, dict(call.kwargs)))
    for value in (*args, *kwargs.values()):
        _be_of_this_notebook(value, names)
    scenery.seed(len(call.unit))
    try:
        function = names[call.path[0]]
        for name in call.path[1:]:
            function = getattr(function, name)
        with time_limit(LONGEST_SECONDS), contextlib.redirect_stdout(io.StringIO()):
            result = plain(function(*args, **kwargs))
    except Exception as error:  # noqa: BLE001  whatever it is, it is what the call gives
        result = {"raises": type(error).__name__}
    return {"result": result, "arguments": plain((args, kwargs))}


def _be_of_this_notebook(value: Any, names: Mapping[str, Any]) -> None:
    """Let an object of the other notebook's class be one of this notebook's."""
    own = names.get(type(value).__name__)
    if type(value).__module__ == names["__name__"] and isinstance(own, type):
        with contextlib.suppress(TypeError):  # it has other slots
            value.__class__ = own
