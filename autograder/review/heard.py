"""What a grading process says while it grades, line by line, and what of it a page shows."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.files.visible import plain

LATEST = 8
"""Submissions that ended last and are shown."""

MOST = 100
"""Notes, and submissions that could not be graded, that are shown one by one."""


@dataclass(frozen=True)
class AtWork:
    """A submission that is being graded.

    Attributes:
        name: whose it is.
        since: when that began, on the clock of :func:`time.monotonic`.
    """

    name: str
    since: float


@dataclass(frozen=True)
class Ended:
    """A submission that was graded, or could not be.

    Attributes:
        points: "12 / 25"; empty where it could not be graded.
        remark: the most important one; empty where there is none.
        known: whether its result is of an earlier run.
    """

    id: str
    name: str
    points: str
    remark: str
    known: bool


@dataclass
class Heard:
    """What was said until now.

    Attributes:
        total: submissions; ``None`` as long as the uploads are being read.
        done, known: how many have ended, and how many of these had a result already.
        began: when grading began, on the clock of :func:`time.monotonic`.
        at_work: what is being graded.
        latest: what ended last, the newest first.
        refused: what could not be graded.
        refusals: how many that are.
        notes: what the course team should know, and whether something does not fit.
        finished: whether the class's report is written.
    """

    total: int | None = None
    done: int = 0
    known: int = 0
    began: float = 0.0
    at_work: Sequence[AtWork] = ()
    latest: deque[Ended] = field(default_factory=lambda: deque(maxlen=LATEST))
    refused: list[Ended] = field(default_factory=list)
    refusals: int = 0
    notes: list[tuple[str, bool]] = field(default_factory=list)
    finished: bool = False

    def hear(self, line: bytes, now: float) -> bool:
        """Take a line of JSON; whether a page has to show something else.

        Args:
            now: on the clock of :func:`time.monotonic`.
        """
        try:
            said = json.loads(line)
            return isinstance(said, dict) and self._take(said, now)
        except (ValueError, KeyError, TypeError, RecursionError):
            return False  # a line of another version, or half a line of a process that died

    def seconds_left(self, now: float) -> float | None:
        """As long as the rest takes if it goes on like this; ``None`` where nobody can tell yet."""
        graded = self.done - self.known
        if self.total is None or graded <= 0 or self.total <= self.done:
            return None
        return (now - self.began) / graded * (self.total - self.done)

    def _take(self, said: Mapping[str, Any], now: float) -> bool:
        match said["event"]:
            case "start":
                self.total, self.began = int(said["submissions"]), now
            case "held":
                self.at_work = [
                    AtWork(_name(one), now - float(one["seconds"])) for one in said["submissions"][:MOST]
                ]
            case "ended":
                self._ended(said)
            case "note":
                if len(self.notes) < MOST:
                    self.notes.append((plain(str(said["text"]), 2000), bool(said["doubtful"])))
            case "report":
                self.finished = True
            case _:
                return False
        return True

    def _ended(self, said: Mapping[str, Any]) -> None:
        graded = said["status"] == "graded"
        points = f"{said['score']:g} / {said['max_score']:g}" if graded else ""
        remark = plain(str(said["flags"][0]), 300) if said["flags"] else ""
        one = Ended(str(said["id"]), _name(said), points, remark, bool(said["known"]))
        self.done += 1
        self.known += one.known
        self.latest.appendleft(one)
        if not graded:
            self.refusals += 1
            if len(self.refused) < MOST:
                self.refused.append(one)


def _name(said: Mapping[str, Any]) -> str:
    return plain(str(said["student"] or said["submission"]), 60)
