"""The nouns: a mutant, what became of it, and all of one notebook's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Mutant:
    """A right notebook with one mistake in it.

    Attributes:
        code: eight hexadecimal digits; the same for the same change of the same function or cell.
        operator: the kind of change, a key of :data:`autograder.mutate.generate.OPERATORS`.
        cell: position among the cells of the notebook, from 0.
        unit: ``Class.method`` or ``function``; empty for what a cell does outside of functions.
        line: in the cell, from 1.
        before, after: the statement that changes.
        source: of the cell with the change.
        owners: questions that ask about this code; none where nobody knows which.
    """

    code: str
    operator: str
    cell: int
    unit: str
    line: int
    before: str
    after: str
    source: str
    owners: tuple[str, ...] = ()


class Fate(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    """A question that asks about this code took points."""

    ELSEWHERE = "elsewhere"
    """Only questions about other code took points."""

    EQUIVALENT = "equivalent"
    """Full points, and it answers like the notebook without the change wherever it is asked."""

    SURVIVED = "survived"
    """Full points, though it answers otherwise."""


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant.

    Attributes:
        lost: points by question, of those that took any.
        said: what these questions said, by name.
        differs: for a survivor, the first thing in which it differs from the notebook without the change.
        ended: how its process ended where it did not end by itself; every question has lost then.
        whole: whether the sandbox was asked, with a whole run of the notebook.
    """

    mutant: Mutant
    fate: Fate
    lost: Mapping[str, float] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    differs: str = ""
    ended: str = ""
    whole: bool = False

    @property
    def others(self) -> tuple[str, ...]:
        """Questions about other code that took points; none where nobody knows which those are."""
        return tuple(name for name in self.lost if self.mutant.owners and name not in self.mutant.owners)

    def to_json(self) -> dict[str, Any]:
        """Plain data that :meth:`from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """The verdict that :meth:`to_json` was asked for.

        Raises:
            KeyError, TypeError, ValueError: it is of another kind.
        """
        mutant = Mutant(**{**data["mutant"], "owners": tuple(data["mutant"]["owners"])})
        return cls(**{**data, "mutant": mutant, "fate": Fate(data["fate"])})


def fate_of(mutant: Mutant, lost: Mapping[str, float]) -> Fate:
    """What became of a mutant that lost these points; ``SURVIVED`` where it lost none."""
    if not lost:
        return Fate.SURVIVED
    return Fate.CAUGHT if not mutant.owners or {*mutant.owners} & {*lost} else Fate.ELSEWHERE
