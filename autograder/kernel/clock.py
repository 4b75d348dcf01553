"""Deadlines of student code that do not run while it stands in line for a processor.

Time is read from outside, from the system: what a student's process says of itself counts for nothing. Of
the time that goes by, what its main thread or ours waited for a processor is taken off; a process that
sleeps waits for none, so its time goes by as usual. What all its threads together have computed is never
taken off, so threads that crowd each other out win no time. By the clock on the wall a deadline lasts at
most ``busy_factor`` times as long.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from autograder.language import judging as _
from autograder.sandbox.forks import ForkedProcess

LINE = "/proc/{}/schedstat"
"""Nanoseconds on a processor, nanoseconds in line for one, and turns of the main thread of a process."""

EARLY = 0.01
"""Seconds of a deadline in which nothing is looked at: most answers are there sooner, and a look costs as
much as they do. What is waited for a processor in them is not taken off."""

SHORT_LOOK = 0.005
"""Seconds that are looked at to see whether a process runs."""

LOOK_AGAIN = 0.05
"""Seconds until the next look at a process that is in line when its deadline would pass."""

STARVED_SHARE = 0.1
"""Share of a deadline's time in line from which it counts as missed on a busy machine: a processor that is
shared makes each of its seconds slower as well (caches, hyper-threads)."""


@dataclass(frozen=True)
class Reading:
    """What a clock shows, in seconds since some moment.

    Attributes:
        wall: ``time.monotonic()``.
        processor: processor time of all threads of the student's processes.
        waited: what their main threads and ours have waited for a processor.
    """

    wall: float
    processor: float
    waited: float


class StudentClock:
    """The time of a session's student processes, which follow each other.

    Args:
        busy_factor: how many times as long a deadline may last while the processor is busy with others.
        line: the file of a process that tells how long it waited for a processor.

    Attributes:
        starved: whether a deadline was missed while the processor was shared: with it for oneself it might
            have been met.
        cut_short: why a deadline that was missed is no fault of the student's, in words; empty where each
            had its seconds.
        sees_lines: whether the system tells who waits for a processor. Otherwise what a process does not
            compute may have been waiting, and only processor time counts.
    """

    def __init__(self, busy_factor: float, line: str = LINE) -> None:
        self.starved = False
        self.cut_short = ""
        self.sees_lines = True
        self.busy_factor = busy_factor
        self._line = line
        self._present: _OneProcess | None = None
        self._before = _Share(0.0, 0.0)

    @contextmanager
    def following(self, process: ForkedProcess) -> Iterator[None]:
        """Count the process's time inside the block."""
        self._present = _OneProcess(process.pid, self._line)
        self.sees_lines = self._present.sees_line
        try:
            yield
        finally:
            self._before = self._before.plus(self._present.share())
            self._present = None

    def deadline(self, seconds: float) -> Deadline:
        """A deadline that begins now."""
        return Deadline(self, seconds)

    def stands_in_line(self) -> bool:
        """Whether the present process wants a processor and has none right now."""
        return self._present is not None and self._present.stands_in_line()

    def read(self) -> Reading:
        """What it shows now."""
        wall = time.monotonic()
        students = self._before.plus(self._present.share()) if self._present else self._before
        return Reading(
            wall, students.processor, students.waited + (_seconds_in_line(self._line.format("self")) or 0.0)
        )


class Deadline:
    """A moment that moves on while student code stands in line.

    Attributes:
        clock: whose time it is.

    Args:
        seconds: how long it lasts on a machine that is free.
        within: a deadline that this one is part of: it passes with that, if not before.
    """

    def __init__(self, clock: StudentClock, seconds: float, within: Deadline | None = None) -> None:
        self.clock = clock
        self._seconds = seconds
        self._within = within
        self._begin = time.monotonic()
        # Parts are many and short: theirs is read when somebody has waited for them.
        self._first = clock.read() if within is None else None
        self._passed: _Passed | None = None
        self._noted = False

    def part(self, seconds: float) -> Deadline:
        """A deadline that begins now and passes with this one at the latest."""
        return Deadline(self.clock, seconds, self)

    def beside(self, seconds: float) -> Deadline:
        """A deadline of the same clock that begins now, whatever becomes of this one."""
        return Deadline(self.clock, seconds)

    def remaining(self) -> float:
        """Seconds that are left for certain; it may turn out to be more. At most 0 when it has passed."""
        own = self._own_remaining()
        return own if self._within is None else min(own, self._within.remaining())

    def missed(self) -> bool:
        """Whether it has passed, and something is left undone: the clock remembers why."""
        outer = self._within is not None and self._within.missed()
        own = self._own_remaining() <= 0
        if self._passed and not self._noted:
            self._noted = True
            self._note(self._passed)
        return own or outer

    def _own_remaining(self) -> float:
        by_wall = time.monotonic() - self._begin
        if self._passed:  # for good: what the system books later does not bring it back
            return 0.0
        if self._first is None:
            early = min(EARLY, self._seconds) - by_wall
            if early > 0:  # whoever waits asks again when that is over
                return early
            self._first = self.clock.read()
        if by_wall < self._seconds:  # usual, and nothing more has to be read
            return self._seconds - by_wall
        now = self.clock.read()
        wall, waited = now.wall - self._begin, now.waited - self._first.waited
        computed = now.processor - self._first.processor + (self._first.wall - self._begin)
        had = min(wall, max(computed, wall - waited))
        in_line = computed < self._seconds <= had and self.clock.stands_in_line()
        if in_line:  # what it waits now is booked when it ends
            had = computed
        cap = self._seconds * self.clock.busy_factor - wall
        if cap <= 0 or had >= self._seconds:
            self._passed = _Passed(wall, had, waited)
            return 0.0
        return min(cap, LOOK_AGAIN if in_line else self._seconds - had)

    def _note(self, passed: _Passed) -> None:
        cut_short = passed.had < self._seconds
        if not cut_short and passed.waited < STARVED_SHARE * passed.wall:
            return
        self.clock.starved = True
        if cut_short and self.clock.sees_lines:
            self.clock.cut_short = _(
                "the processor was busy with other programs: a time limit of {limit} s passed after {wall} "
                "s, of which student code had {had} s; run the same command again when less runs beside it, "
                "or with fewer --jobs"
            ).format(limit=f"{self._seconds:g}", wall=f"{passed.wall:.0f}", had=f"{passed.had:.1f}")


@dataclass(frozen=True)
class _Passed:
    """How a deadline passed: seconds by the clock on the wall, of student code, and in line."""

    wall: float
    had: float
    waited: float


@dataclass(frozen=True)
class _Share:
    """What processes got and waited for: a part of a :class:`Reading`."""

    processor: float
    waited: float

    def plus(self, other: _Share) -> _Share:
        return _Share(self.processor + other.processor, self.waited + other.waited)


class _OneProcess:
    """A student's process, while it lives and until its end was asked for.

    Attributes:
        sees_line: whether the system tells how long it waits for a processor.
    """

    def __init__(self, pid: int, line: str) -> None:
        self._pid = pid
        self._line = line.format(pid)
        self.sees_line = _tells_lines(line) and _seconds_in_line(self._line) is not None
        self._began = time.monotonic()
        self._latest = _Share(0.0, 0.0)

    def stands_in_line(self) -> bool:
        """Whether the main thread is ready to run, and no thread runs."""
        before = self.share().processor
        if not self.sees_line or not _is_ready_to_run(self._pid):
            return False
        time.sleep(SHORT_LOOK)
        return self.share().processor == before and _is_ready_to_run(self._pid)

    def share(self) -> _Share:
        """What it got until now; when it is gone, what it had at the last look."""
        with contextlib.suppress(OSError):
            processor = time.clock_gettime(_processor_clock(self._pid))
            if not self.sees_line:
                self._latest = _Share(processor, time.monotonic() - self._began - processor)
            elif (in_line := _seconds_in_line(self._line)) is not None:
                self._latest = _Share(processor, in_line)
        return self._latest


def _processor_clock(pid: int) -> int:
    """The clock of the processor time of all threads of a process, as ``clock_getcpuclockid`` gives it."""
    return ~pid << 3 | 2


def _is_ready_to_run(pid: int) -> bool:
    """Whether the main thread of a process runs or waits for nothing but a processor."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            status = file.read(4096)
    except OSError:
        return False
    # Behind the name, which the process gives itself and in which anything may stand.
    return status[status.rfind(b")") + 2 :].startswith(b"R")


def _tells_lines(line: str) -> bool:
    """Whether the system keeps such statistics: one that does not gives 0 for everything.

    Looked at in our own, since a process that was forked a moment ago has not run yet either.
    """
    ours = _turns(line.format("self"))
    return ours is not None and ours[0] > 0


def _seconds_in_line(line: str) -> float | None:
    """How long the main thread of a process has waited for a processor; ``None`` where nobody tells."""
    turns = _turns(line)
    return None if turns is None else turns[1] / 1e9


def _turns(line: str) -> list[int] | None:
    """The numbers of a process's :data:`LINE`."""
    try:
        with open(line, "rb", buffering=0) as file:
            numbers = [*map(int, file.read(200).split())]
    except OSError:  # it is gone, a kernel without the file, or a /proc that hides other processes
        return None
    return numbers if len(numbers) == 3 else None
