"""The LMSs that are known: ours, and those of other packages that are installed beside this one.

Another package offers an adapter, a subclass of :class:`~autograder.lms.base.Lms`, as an entry point:

    [project.entry-points."autograder.lms"]
    studip = "studip_autograder:StudIp"

Ours are entry points as well, but they are taken from the table below: the engine also runs where it is not
installed, as in the container. What another package brings may be broken; then the others still work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from autograder.errors import UsageError
from autograder.lms.base import Lms
from autograder.lms.blackboard import Blackboard
from autograder.lms.brightspace import Brightspace
from autograder.lms.canvas import Canvas
from autograder.lms.gradescope import Gradescope
from autograder.lms.ilias import Ilias
from autograder.lms.moodle import Moodle
from autograder.lms.openolat import OpenOlat
from autograder.lms.plain import Pattern, Plain
from autograder.lms.sakai import Sakai

GROUP = "autograder.lms"

KNOWN: tuple[Lms, ...] = (
    Moodle(), Blackboard(), Sakai(), Brightspace(), Gradescope(), OpenOlat(), Ilias(), Canvas(),
)  # fmt: skip
"""Ours, the most telling names first."""


@dataclass(frozen=True)
class Adapters:
    """The LMSs that a run can have to do with.

    Attributes:
        known: ours, then those of other packages.
        broken: why an entry point of another package gives none, by its name.
    """

    known: tuple[Lms, ...]
    broken: dict[str, str]

    def named(self, name: str, pattern: str = "") -> Lms | None:
        """The LMS of that name; ``None`` where none is asked for.

        Args:
            name: as given with ``--lms``; may be empty.
            pattern: a TA's own regular expression for the names; may be empty.

        Raises:
            UsageError: there is none, or the pattern is none; the message names them all.
        """
        if pattern:
            if name:
                raise UsageError("--lms and --name-pattern say the same in two ways: leave one out")
            return Pattern(pattern)
        if not name:
            return None
        offered = {lms.name: lms for lms in (*self.known, Plain())}
        if name.lower() in offered:
            return offered[name.lower()]
        if name in self.broken:
            raise UsageError(f"--lms {name}: {self.broken[name]}")
        raise UsageError(f"--lms {name}: not known; there are {', '.join(offered)}")


def adapters() -> Adapters:
    """Ours, and what other packages offer."""
    taken = {lms.name for lms in (*KNOWN, Plain())} | {Pattern.name}
    others: list[Lms] = []
    broken: dict[str, str] = {}
    for point in sorted(_of_others(), key=lambda point: (point.name, point.value)):
        try:
            lms = _loaded(point)
            if lms.name in taken:
                raise TypeError(f"there is one for {lms.name!r} already")
        except (Exception, SystemExit) as trouble:  # noqa: BLE001  another package's code may raise anything
            reason = " ".join(f"{type(trouble).__name__}: {trouble}".split())[:300]
            broken[point.name] = f"the adapter {point.value} cannot be used ({reason})"
        else:
            taken.add(lms.name)
            others.append(lms)
    return Adapters((*KNOWN, *others), broken)


def _of_others() -> Iterator[EntryPoint]:
    for point in entry_points(group=GROUP):
        # Where uploads may lie unpacked nothing is installed, though "python -m" looks there as well.
        installed = point.dist is not None and Path(str(point.dist.locate_file(""))).resolve() != Path.cwd()
        if installed and not point.module.startswith(f"{__package__}."):
            yield point


def _loaded(point: EntryPoint) -> Lms:
    found = point.load()
    lms = found() if isinstance(found, type) else found
    if not isinstance(lms, Lms):
        raise TypeError("it is no subclass of autograder.lms.base.Lms")
    if not (isinstance(lms.name, str) and lms.name == lms.name.lower() and isinstance(lms.title, str)):
        raise TypeError("its name and title have to be texts, the name in lower case")
    return lms
