"""The notebook's objects as the test files see them: requests to the student's process.

Numbers, strings, lists, sets, dictionaries, arrays, tensors and tables come back as plain copies.
Everything else stays where it is and is represented by a proxy (:mod:`autograder.kernel.proxy`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from autograder.errors import AllCellsNeeded, BadReply, StudentCodeError
from autograder.kernel.proxy import RemoteObject
from autograder.kernel.write_back import Written
from autograder.model import FewerRows

if TYPE_CHECKING:
    from autograder.kernel.conversation import Conversation


class RemoteNamespace:
    """The top-level names of the notebook: what otter calls the environment.

    Implements :class:`autograder.grading.namespace.Namespace`.

    Attributes:
        missing: names that were asked for in vain.
        doubles: whether the notebook has made float64 PyTorch's default type.
    """

    def __init__(self, conversation: Conversation) -> None:
        self.doubles = False
        self._conversation = conversation
        self._forbids_autograd = False
        self.missing: dict[str, None] = {}

    def begin_case(
        self, seed: int, *, forbid_autograd: bool, patience: float | None, writes_back: bool = False
    ) -> None:
        """Start a test case: old objects and functions are forgotten, generators are seeded.

        Args:
            writes_back: whether a function that returns nothing changes the arguments of the test case, until
                that is over.
        """
        self._conversation.end_case()
        self._conversation.usual_output = sys.stdout
        self._conversation.patience = patience
        self._conversation.written = Written() if writes_back else None
        self._forbids_autograd = forbid_autograd
        usual = self._conversation.ask("begin", seed=seed, forbid_autograd=forbid_autograd)
        # Text first: their side may send an array, or an object that cannot be compared.
        self.doubles = isinstance(usual, str) and usual == "torch.float64"

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a top-level name, or ``default``."""
        found = self._find(name)
        return found[0] if found else default

    def __contains__(self, name: object) -> bool:
        there = self._conversation.ask("has", name=name) is True
        if not there:
            self.missing[str(name)] = None
        return there

    def __getitem__(self, name: str) -> Any:
        found = self._find(name)
        if not found:
            raise KeyError(name)
        return found[0]

    def _find(self, name: str) -> tuple[Any, ...]:
        """The value of a top-level name; nothing where there is no such name, in one request either way."""
        self._conversation.asked_for.add(name)
        found = self._conversation.ask("find", name=name)
        if isinstance(found, tuple) and found:
            if isinstance(found[0], RemoteObject):
                object.__setattr__(found[0], "__found_as__", name)
            return found
        self.missing[name] = None
        return ()

    def __setitem__(self, name: str, value: Any) -> None:
        self._conversation.ask("set", {"value": value}, name=name)

    def __delitem__(self, name: str) -> None:
        self._conversation.ask("delete", name=name)

    def rerun(self, assigns: str, given: Mapping[str, Any], *, first: bool = False) -> bool:
        """Run again the last (or first) cell that assigns ``assigns``, with ``given`` set before."""
        return self._conversation.ask("rerun", {"given": dict(given)}, assigns=assigns, first=first) is True

    def rerun_on_fewer(self, fewer: FewerRows, number: int) -> dict[str, Any] | None:
        """What the cells between a table and what is made of it give for a shorter one; see the protocol.

        Raises:
            BadReply: the answer is something else than the values of these names.
        """
        answer = self._conversation.ask(
            "rerun_on_fewer",
            {"table": fewer.table},
            name=fewer.name,
            wanted=[*fewer.wanted],
            lengths=[*fewer.lengths.items()],
            number=number,
            written=fewer.written,
        )
        if not isinstance(answer, dict) or (answer and answer.keys() != {*fewer.wanted, fewer.name}):
            raise BadReply("the answer is not the values that were asked for")
        return answer

    def seed(self, number: int) -> None:
        """Seed the student's generators."""
        self._conversation.ask("seed", seed=number)

    @contextmanager
    def autograd_allowed(self) -> Iterator[None]:
        """Automatic differentiation works inside the block, whatever the question forbids."""
        self._conversation.ask("guard", forbid_autograd=False)
        try:
            yield
        except BaseException:
            with suppress(StudentCodeError):  # what has happened is the answer
                self._conversation.ask("guard", forbid_autograd=self._forbids_autograd)
            raise
        self._conversation.ask("guard", forbid_autograd=self._forbids_autograd)

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Another deadline, in seconds, for each request inside the block."""
        with self._conversation.time_limit(seconds):
            yield


class NamesThatAreThere(RemoteNamespace):
    """The notebook's names, but for those that only left-out cells would have bound."""

    def __init__(self, conversation: Conversation, missing: frozenset[str]) -> None:
        super().__init__(conversation)
        self._missing = missing

    def __contains__(self, name: object) -> bool:
        """As the notebook has it.

        Raises:
            AllCellsNeeded: a left-out cell would have bound it.
        """
        self._require(name)
        return super().__contains__(name)

    def _find(self, name: str) -> tuple[Any, ...]:
        self._require(name)
        return super()._find(name)

    def rerun(self, assigns: str, given: Mapping[str, Any], *, first: bool = False) -> bool:
        """Run again a cell that assigns ``assigns``; raises as :meth:`__contains__`."""
        self._require(assigns)
        return super().rerun(assigns, given, first=first)

    def _require(self, name: object) -> None:
        if name in self._missing:
            raise AllCellsNeeded(f"{name!r} is bound by a cell that was left out")
