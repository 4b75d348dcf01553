"""What became of a notebook that ran."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Shortcuts:
    """What a notebook's run leaves away without any mark being another one; by default nothing.

    Attributes:
        left_out: position of each cell that does not run, and the names that it would have bound.
        recording_missed: what says, in the error of a cell (``Type: message``), that PyTorch may not have
            been ready for automatic differentiation; ``None`` where it is made ready for it as usual.
    """

    left_out: Mapping[int, frozenset[str]] = field(default_factory=dict)
    recording_missed: re.Pattern[str] | None = None

    @property
    def recording(self) -> bool:
        """Whether PyTorch prepares for automatic differentiation while the cells run."""
        return self.recording_missed is None

    @property
    def missing(self) -> frozenset[str]:
        """Names that nothing binds because their cells are left out."""
        return frozenset(name for names in self.left_out.values() for name in names)

    def may_explain(self, error: str) -> bool:
        """Whether a cell's error (``Type: message``) may come from recording being off."""
        return self.recording_missed is not None and bool(self.recording_missed.search(error[:2000]))

    def with_recording(self) -> Shortcuts:
        """The same cells, but PyTorch prepares as usual."""
        return replace(self, recording_missed=None)


AS_IT_IS = Shortcuts()
"""No shortcuts: every cell runs, with recording."""


class Ending(StrEnum):
    """How a cell, a request or a whole notebook ended. Every value reaches the report."""

    FINISHED = "finished"
    RAISED = "raised"
    AUTOGRAD = "automatic differentiation"
    TIMED_OUT = "timed out"
    TIME_USED_UP = "submission time used up"
    OUT_OF_MEMORY = "out of memory"
    DISK_FULL = "disk limit"
    FILE_LIMIT = "limit of files"
    THREAD_LIMIT = "thread limit"
    OUTPUT_LIMIT = "output limit"
    REPLY_LIMIT = "answer limit"
    READING_LIMIT = "more answers than the grader can hold"
    RESTART_LIMIT = "restart limit"
    DIED = "kernel died"
    SKIPPED = "skipped"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class CellRun:
    """One code cell's run.

    Attributes:
        index: position among all cells of the notebook, from 0.
        ending: how it ended.
        seconds: wall time.
        error: ``Type: message`` of the exception that it raised, as plain text; empty if none.
        line: where in the cell it stopped, from 1, as its own process says; 0 where nobody knows.
        passed_over: what of it did nothing, because no mark can depend on it, as its own process says.
        refused_address: the first address that it wanted to download from and that is not the lab's, as its
            process told us; empty if there was none. Untrusted text.
        first_line: the first line of its source that is not empty, shortened, for a page; untrusted text.
    """

    index: int
    ending: Ending
    seconds: float
    error: str = ""
    line: int = 0
    passed_over: tuple[str, ...] = ()
    refused_address: str = ""
    first_line: str = ""


@dataclass(frozen=True)
class Shown:
    """What a code cell showed when it ran, as its kernel said: untrusted, of any types.

    Attributes:
        count: its execution count.
        outputs: as the format of notebooks has them.
    """

    count: object
    outputs: Sequence[object]


@dataclass(frozen=True)
class ExecutedNotebook:
    """A notebook's run.

    Attributes:
        cells: one entry per code cell that has source, in order.
        seconds: wall time of the whole run, with every kernel that was started.
        start_seconds: what of it the starts took.
        outputs_cut: whether outputs beyond the limit were left out.
        shown: what cells showed, by their position among all cells, where that is kept; no mark needs it.
    """

    cells: tuple[CellRun, ...]
    seconds: float = 0.0
    start_seconds: float = 0.0
    outputs_cut: bool = False
    shown: Mapping[int, Shown] = field(default_factory=dict)


@dataclass(frozen=True)
class FewerRows:
    """A shorter table on which cells of a notebook run again.

    Attributes:
        name: of the table among the notebook's top-level names.
        table: what the name stands for meanwhile.
        wanted: names of what the cells make of it.
        lengths: new length by old one, of values, and of numbers that count them.
        written: whether old lengths that are written down in the cells become new ones, too.
    """

    name: str
    table: Any
    wanted: Sequence[str]
    lengths: Mapping[int, int]
    written: bool = False
