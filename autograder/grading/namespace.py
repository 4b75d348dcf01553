"""What a test case sees of a student's notebook: its top-level names.

Under this engine the names live in another process and come back as copies or as proxies; under
stock otter and in a student's own notebook they are the objects themselves. Test files are written
once, against this interface.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any, Protocol, cast, runtime_checkable

from autograder.errors import BadReply, RequestTimedOut, StudentCodeError, StudentException
from autograder.model import FewerRows

AT_ONCE = 25
"""Calls that are asked for together: with the usual limit of 20 s a request, each may take 0.8 s."""


@runtime_checkable
class Namespace(Protocol):
    """The top-level names of one executed notebook."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value of ``name``, or ``default``."""

    def __getitem__(self, name: str) -> Any:
        """The value of ``name``; raises KeyError where there is none."""

    def __contains__(self, name: object) -> bool:
        """Whether the notebook defined ``name``."""

    def __setitem__(self, name: str, value: Any) -> None:
        """Give ``name`` another value; a function of ours becomes callable from the notebook."""

    def __delitem__(self, name: str) -> None:
        """Remove ``name``."""

    def rerun(self, assigns: str, given: Mapping[str, Any], *, first: bool = False) -> bool:
        """Run again the last cell that assigns ``assigns`` at its top level, with ``given`` set before.

        Args:
            first: the first such cell instead.

        Returns:
            False when no such cell is known (always so outside this engine).
        """

    def rerun_on_fewer(self, fewer: FewerRows, number: int) -> dict[str, Any] | None:
        """Run again the cells between a table and what is made of it, with a shorter table; nothing remains.

        What earlier cells left of the same length is cut as well, and numbers that count it change.

        Args:
            fewer: the shorter table. The cells begin behind the last one that assigns its name before
                anything wanted.
            number: of the cell after which it ends, from 0: those count after which all that is wanted is
                there.

        Returns:
            The values of what is wanted and of the table's name; nothing when there is no such cell. None
            outside this engine, where no cells are known.
        """

    def autograd_allowed(self) -> AbstractContextManager[None]:
        """Automatic differentiation works inside the block, whatever the question forbids."""

    def time_limit(self, seconds: float) -> AbstractContextManager[None]:
        """Another deadline, in seconds, for each request inside the block."""

    @property
    def doubles(self) -> bool:
        """Whether the notebook has made float64 PyTorch's default type."""

    def seed(self, number: int) -> None:
        """Seed the generators of ``random``, ``numpy`` and ``torch`` on the notebook's side.

        Args:
            number: from 0 to 2**32 - 1, which is what NumPy takes.
        """


class PlainNamespace:
    """A :class:`Namespace` over the dictionary that otter hands to a test file."""

    def __init__(self, names: MutableMapping[str, Any]) -> None:
        self._names = names

    def get(self, name: str, default: Any = None) -> Any:
        """The value of ``name`` itself, not a copy, or ``default``."""
        return self._names.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self._names[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __setitem__(self, name: str, value: Any) -> None:
        self._names[name] = value

    def __delitem__(self, name: str) -> None:
        del self._names[name]

    def rerun(self, assigns: str, given: Mapping[str, Any], *, first: bool = False) -> bool:
        """Always false: a dictionary knows no cells."""
        return False

    def rerun_on_fewer(self, fewer: FewerRows, number: int) -> dict[str, Any] | None:
        """Always None, as :meth:`rerun`."""
        return None

    def autograd_allowed(self) -> AbstractContextManager[None]:
        """Nothing to do: outside of this engine nothing forbids it."""
        return contextlib.nullcontext()

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """No limit: nothing outside of this engine could interrupt."""
        yield

    @property
    def doubles(self) -> bool:
        """Whether float64 is PyTorch's default type in this process, where the notebook ran."""
        torch: Any = sys.modules.get("torch")
        return torch is not None and torch.get_default_dtype() is torch.float64

    def seed(self, number: int) -> None:
        """Seed the generators of this process with a number from 0 to 2**32 - 1."""
        import random

        import numpy as np
        import torch

        random.seed(number)
        np.random.seed(number)
        torch.manual_seed(number)


def namespace_of(env: Any) -> Namespace:
    """``env`` as otter passes it, seen as a :class:`Namespace`."""
    if isinstance(env, dict):
        return PlainNamespace(env)
    return cast(Namespace, env)


def student_errors(env: Any) -> tuple[type[Exception], ...]:
    """What a question that knows another way may catch when the student's code fails.

    Never :class:`~autograder.errors.KernelDied`: there is nobody left to ask. Under stock otter the
    student's exceptions arrive as they are, of any type.
    """
    if isinstance(namespace_of(env), PlainNamespace):
        return (Exception,)
    return (StudentException, RequestTimedOut, BadReply)


def attributes(target: Any, names: Sequence[str]) -> Iterator[Any]:
    """The attributes of an object, in order; under this engine they cost one request together.

    What ``getattr`` would raise is raised where the attribute's turn comes.
    """
    several = getattr(type(target), "__attributes__", None)
    return several(target, names) if several else (getattr(target, name) for name in names)


def assign(target: Any, values: Mapping[str, Any]) -> None:
    """Assign attributes of an object, in order; under this engine they cost one request together."""
    if several := getattr(type(target), "__assign__", None):
        several(target, values)
        return
    for name, value in values.items():
        try:
            setattr(target, name, value)
        except TypeError:  # torch.nn.Module refuses a plain tensor in the place of a parameter
            getattr(target, name).data = value


def calls(function: Any, arguments: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    """What a function gives for each tuple of arguments, in order.

    Under this engine :data:`AT_ONCE` calls cost one request, have its time limit together, and run before
    the first result is here: for functions that are quick and do not depend on what a test does in between.
    """
    several = getattr(type(function), "__calls__", None)
    if several is None:
        yield from (function(*args) for args in arguments)
        return
    waiting = iter(arguments)
    while some := list(islice(waiting, AT_ONCE)):
        yield from several(function, some)


def call_and_arguments(function: Any, arguments: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """What a function gives, and what its arguments are afterwards: it may have written to them.

    Under this engine both are copies, for one request. They come from the student's side: of any type.
    """
    watched = getattr(type(function), "__call_and_arguments__", None)
    if watched is None:
        return function(*arguments), arguments
    result, afterwards = watched(function, arguments)
    return result, afterwards


def call_and_output(function: Any, /, *args: Any, **kwargs: Any) -> tuple[Any, str]:
    """What a function gives, and what it prints: at most 100,000 characters under this engine."""
    if watched := getattr(type(function), "__call_and_output__", None):
        result, printed = watched(function, args, kwargs)
        return result, printed
    with contextlib.redirect_stdout(io.StringIO()) as said:
        result = function(*args, **kwargs)
    return result, said.getvalue()


def bases_of(value: Any) -> tuple[str, ...]:
    """The names of an object's class and of all that this inherits from; of a class or an exception, its own.

    Of a student's object it is the word of the student's process.
    """
    if isinstance(value, StudentException):
        return value.bases
    if is_proxy(value):
        return tuple(type(value).__names_of_bases__(value))
    return tuple(base.__name__ for base in type.mro(value if isinstance(value, type) else type(value)))


def is_proxy(value: Any) -> bool:
    """Whether it stands for an object in a student's process."""
    return getattr(type(value), "__is_proxy__", False) is True


def shown(value: Any) -> str:
    """``repr`` of a value, as a notebook shows it; of a student's object what the student's process says."""
    return str(type(value).__text__(value)) if is_proxy(value) else repr(value)


@contextmanager
def kept(env: Any, *assigned: str) -> Iterator[None]:
    """Give the names their old values back after the block, whatever it does to them."""
    names = namespace_of(env)
    missing = object()
    before = {name: names.get(name, missing) for name in assigned}

    def put_back() -> None:
        for name, value in before.items():
            if value is not missing:
                names[name] = value
            elif name in names:
                del names[name]

    try:
        yield
    except BaseException:
        # What has happened is the answer, not that a process which has ended takes nothing back.
        with contextlib.suppress(StudentCodeError):
            put_back()
        raise
    put_back()


@contextmanager
def replaced(env: Any, **replacements: Callable[..., Any] | Any) -> Iterator[None]:
    """Replace top-level names of the notebook inside the block, and put the old ones back.

    A function of the test file stays on the test's side: the notebook's code gets a stand-in that
    asks for each call, so nothing of the reference enters the student's process.
    """
    names = namespace_of(env)
    with kept(env, *replacements):
        for name, value in replacements.items():
            names[name] = value
        yield
