"""An object of the student's side as the test files hold it.

What a proxy gives is the word of the student's process: it decides no comparison. Plain data does.
"""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from autograder.errors import BadReply, NotThroughAProxy, OwnObject, ReplyTooLarge, TooManyEntries
from autograder.kernel import write_back

if TYPE_CHECKING:
    from autograder.kernel.conversation import Conversation

T = TypeVar("T")

AT_ONCE = 64
"""Entries that are asked for together, when many are wanted: the first answers bring fewer."""

MOST_ENTRIES = 100_000
"""Entries of one loop: each costs ten microseconds or more, and a student's generator need not end."""

MOST_LENGTH = 10_000_000
"""What ``len`` gives at most: Python makes room for as many entries before it asks for the first."""

MOST_PARAMETERS, MOST_BASES, LONGEST_NAME = 200, 50, 100


class RemoteObject:
    """An object of the student's side.

    Attributes, items, calls, ``len``, ``in``, loops, ``isinstance`` and ``inspect.signature`` become
    requests, and so does ``float``, which gives plain data. It equals only itself and is never a number: a
    test that needs data must ask for data. What it cannot do raises
    :class:`~autograder.errors.NotThroughAProxy` where the object itself could, or
    :class:`~autograder.errors.OwnObject` where its class is the notebook's own and the lab does not know it.
    """

    __slots__ = ("__found_as__", "_conversation", "_remote_callable", "_remote_id", "kind")

    __is_proxy__ = True
    """Of the class: how :mod:`autograder.grading` knows one without this module."""

    def __init__(self, conversation: Conversation, number: int, kind: str, is_callable: bool) -> None:
        object.__setattr__(self, "_conversation", conversation)
        object.__setattr__(self, "_remote_id", number)
        object.__setattr__(self, "_remote_callable", is_callable)
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "__found_as__", "")  # the notebook's name for it, as we asked for it

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # protocols of Python that this proxy does not speak
            raise AttributeError(name)
        return self.__ask("attribute", name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        self.__ask("assign", {"value": value}, name=name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        conversation: Conversation = self._conversation
        written, output = conversation.written, conversation.redirected_output()
        writes = written is not None and not kwargs and write_back.can_be_written(args)
        if not writes and output is None:
            return self.__ask("call", {"args": args, "kwargs": kwargs})
        result, afterwards, said = self.__effects(args, kwargs, afterwards=writes)
        if output is not None:
            output.write(said)
        if writes and written is not None and result is None:
            written.write(args, afterwards)
        return result

    def __attributes__(self, names: Sequence[str]) -> Iterator[Any]:
        """Several attributes for one request; see :func:`autograder.grading.namespace.attributes`."""
        return self.__several("attribute", (({}, {"name": name}) for name in names))

    def __assign__(self, values: Mapping[str, Any]) -> None:
        """Assign several attributes for one request."""
        for _ in self.__several(
            "assign", (({"value": value}, {"name": name}) for name, value in values.items())
        ):
            pass

    def __calls__(self, arguments: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        """Several calls, each with its positional arguments, for one request."""
        return self.__several("call", (({"args": args, "kwargs": {}}, {}) for args in arguments))

    def __call_and_arguments__(self, arguments: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Call it, and look at the arguments afterwards; see ``autograder.grading.namespace``.

        Raises:
            BadReply: the answer is something else than a result and as many values as there were arguments.
        """
        result, afterwards, _said = self.__effects(arguments, {}, afterwards=True)
        return result, afterwards

    def __call_and_output__(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        """Call it; the result and what it printed, at most 100,000 characters."""
        result, _afterwards, said = self.__effects(args, kwargs, afterwards=False)
        return result, said

    def __effects(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, afterwards: bool
    ) -> tuple[Any, tuple[Any, ...], str]:
        answer = self.__ask("call_and_effects", {"args": args, "kwargs": dict(kwargs)}, afterwards=afterwards)
        if not isinstance(answer, tuple) or len(answer) != 3:
            raise BadReply("the answer is not a result with what came of the call")
        result, arguments, said = answer
        if not isinstance(arguments, tuple) or len(arguments) != len(args) * afterwards:
            raise BadReply("the answer has another number of arguments")
        return result, arguments, _of_type(str, said)

    def __text__(self) -> str:
        """Its own ``repr``, as a notebook shows it below a cell; the proxy's is for messages."""
        return _of_type(str, self.__ask("text", exactly=True))

    def __str__(self) -> str:
        return _of_type(str, self.__ask("text", exactly=False))

    def __names_of_bases__(self) -> tuple[str, ...]:
        """Names of its class and of all that this inherits from; of a class, its own."""
        return checked_names(self.__ask("bases"))

    def __len__(self) -> int:
        length = self.__ask("length")
        if length is None:
            raise TypeError(f"a {self.kind} of the notebook has no len()")
        if _of_type(int, length) < 0:
            raise BadReply("a length below 0")
        if length > MOST_LENGTH:
            raise ReplyTooLarge(f"a length of more than {MOST_LENGTH:,}")
        return int(length)

    def __bool__(self) -> bool:
        return self._remote_callable or _of_type(bool, self.__ask("truth"))

    def __getitem__(self, key: Any) -> Any:
        return self.__ask("item", {"key": key})

    def __setitem__(self, key: Any, value: Any) -> None:
        self.__ask("set_item", {"key": key, "value": value})

    def __contains__(self, value: Any) -> bool:
        return _of_type(bool, self.__ask("contains", {"value": value}))

    def __iter__(self) -> Iterator[Any]:
        entries = self.__ask("iterate")
        if not isinstance(entries, RemoteObject):
            raise BadReply("the answer is nothing to loop over")
        return _looped(entries)

    def __next__(self) -> Any:
        answer = self.__ask("next")
        if not isinstance(answer, tuple) or len(answer) > 1:
            raise BadReply("the answer is not one entry")
        if not answer:
            raise StopIteration
        return answer[0]

    def __instancecheck__(self, instance: Any) -> bool:
        return _of_type(bool, self.__ask("is_instance", {"value": instance}))

    def __subclasscheck__(self, subclass: Any) -> bool:
        return isinstance(subclass, RemoteObject) and _of_type(
            bool, self.__ask("is_subclass", {"value": subclass})
        )

    @property
    def __signature__(self) -> inspect.Signature:
        """What ``inspect.signature`` gives: names, kinds and defaults, without annotations."""
        return _signature(self.__ask("signature"))

    @property
    def __name__(self) -> str:
        """The name of a function or class."""
        return _of_type(str, self.__ask("attribute", name="__name__"))

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]  # else it would be the text of this class
        """What the object itself says there: ``assert f.__doc__`` asks for the student's own words."""
        text = self.__ask("attribute", name="__doc__")
        return None if text is None else _of_type(str, text)

    def __deepcopy__(self, memo: dict[int, Any]) -> RemoteObject:
        return self

    def __format__(self, how: str) -> str:
        return format(repr(self), how)

    def __repr__(self) -> str:
        return f"<a {self.kind} of the notebook>"

    def __ask(self, op: str, values: Mapping[str, Any] | None = None, **fields: Any) -> Any:
        conversation: Conversation = self._conversation
        return conversation.ask(op, values, id=self._remote_id, **fields)

    def __several(
        self, op: str, requests: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]
    ) -> Iterator[Any]:
        conversation: Conversation = self._conversation
        return conversation.ask_several(
            op, [(values, {"id": self._remote_id, **fields}) for values, fields in requests]
        )

    def __as_number__(self, name: str, kind: type[T]) -> T:
        """What the object's own method ``name`` returns.

        Raises:
            TypeError: it has none.
            BadReply: that is no such number.
        """
        if not _of_type(bool, self.__ask("supports", name=name)):
            raise TypeError(f"a {self.kind} of the notebook has no {name}")
        return _of_type(kind, self.__ask("attribute", name=name)())

    def __refuse__(self, name: str, instead: str) -> None:
        """Say that the proxy cannot do what the method ``name`` does.

        Raises:
            OwnObject: the object itself could; it stands where a value belongs.
            NotThroughAProxy: the object itself could.
            TypeError: nor could it, so it is of another kind than the test expects.
        """
        if not _of_type(bool, self.__ask("supports", name=name)):
            raise TypeError(f"a {self.kind} of the notebook has no {name}")
        text = f"{name} of a {self.kind} of the notebook stays in the notebook's process: {instead}"
        raise OwnObject(text) if self.__is_unknown__() else NotThroughAProxy(text)

    def __is_unknown__(self) -> bool:
        """Whether its class is one of the notebook's own of which neither template nor test case knows."""
        conversation: Conversation = self._conversation
        if conversation.of_template is None:
            return False
        known = conversation.of_template | conversation.asked_for
        return known.isdisjoint(self.__names_of_bases__()) and _of_type(bool, self.__ask("is_of_own_class"))


def _refusal(name: str, instead: str) -> Callable[..., Any]:
    def refuse(self: RemoteObject, *_: Any) -> Any:
        self.__refuse__(name, instead)

    return refuse


_ARITHMETIC = """add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul
    rmatmul and rand or ror xor rxor neg pos abs invert round""".split()
_REFUSED = {
    **dict.fromkeys(_ARITHMETIC, "call a function of the notebook that computes it and returns numbers"),
    **dict.fromkeys(
        "lt le gt ge array".split(),
        "ask for numbers, as x.tolist() or x.value gives, and compare those",
    ),
    **dict.fromkeys(["enter", "exit"], "let a function of the notebook use it in its `with`"),
    "delitem": "call a method of the object that removes it",
}
for _name, _instead in _REFUSED.items():
    setattr(RemoteObject, f"__{_name}__", _refusal(f"__{_name}__", _instead))


def _number(name: str, kind: type[T]) -> Callable[[RemoteObject], T]:
    """A method that gives the number for which the object stands: as plain as if it had been returned."""

    def number(self: RemoteObject) -> T:
        return self.__as_number__(name, kind)

    return number


for _name, _kind in {"float": float, "int": int, "index": int, "complex": complex}.items():
    setattr(RemoteObject, f"__{_name}__", _number(f"__{_name}__", _kind))


def _looped(entries: RemoteObject) -> Iterator[Any]:
    """The entries, asked for a few at a time.

    Raises:
        TooManyEntries: they are more than :data:`MOST_ENTRIES`.
    """
    conversation: Conversation = entries._conversation
    seen, most = 0, 1
    while True:
        found, last = _pair(conversation.ask("entries", id=entries._remote_id, most=most))
        if not isinstance(found, list) or len(found) > most or not (found or last is True):
            raise BadReply("the answer is not some entries")
        seen += len(found)
        if seen > MOST_ENTRIES:
            raise TooManyEntries(f"more than {MOST_ENTRIES:,} entries")
        yield from found
        if last is True:
            return
        most = min(2 * most, AT_ONCE)


def checked_names(found: Any) -> tuple[str, ...]:
    """The names among what the student's side sent as names; as many and as long as are let through."""
    if not isinstance(found, list):
        return ()
    return tuple(name[:LONGEST_NAME] for name in found[:MOST_BASES] if isinstance(name, str))


def _signature(found: Any) -> inspect.Signature:
    if not isinstance(found, list) or len(found) > MOST_PARAMETERS:
        raise BadReply("the answer is no list of parameters")
    try:
        return inspect.Signature([_parameter(*one) for one in found])
    except (TypeError, ValueError):
        raise BadReply("the answer is no list of parameters") from None


def _parameter(name: Any, kind: Any, *default: Any) -> inspect.Parameter:
    if (
        not isinstance(name, str)
        or len(name) > LONGEST_NAME
        or not name.isidentifier()
        or keyword.iskeyword(name)
    ):
        raise ValueError("not a name")
    if type(kind) is not int or len(default) > 1:
        raise ValueError("not a parameter")
    value = default[0] if default else inspect.Parameter.empty
    return inspect.Parameter(name, inspect._ParameterKind(kind), default=value)


def _pair(answer: Any) -> tuple[Any, Any]:
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise BadReply("the answer does not have two parts")
    first, second = answer
    return first, second


def _of_type(kind: type[T], answer: Any) -> T:
    if type(answer) is not kind:
        raise BadReply(f"the answer is no {kind.__name__}")
    return answer
