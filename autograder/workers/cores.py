"""How many submissions this machine, or the container around us, can grade at a time, and on which cores.

A container sees all processors and all memory of its machine; what it may use of them is written in its
control groups. With more jobs than that, each would take longer by the clock.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

JOB_BYTES = 1 << 30
"""Memory of one job in normal use: grading process, fork server and kernel took 0.55 GB together (measured,
the example class in a container); the rest is for files in ``/tmp``, which may lie in memory."""

GROUPS = Path("/sys/fs/cgroup")


def default_jobs(groups: Path = GROUPS, membership: Path = Path("/proc/self/cgroup")) -> int:
    """One job per processor that may be used, fewer where memory is short, at least one.

    A share of a processor is no processor: with 1.5 there is one job.

    Args:
        groups: where the control groups are mounted.
        membership: the file that names the groups of this process.
    """
    own = list(_own_groups(groups, membership))
    memory = min([_machine_memory(), *_memory_limits(own)])
    return max(1, min(int(_processors(own)), memory // JOB_BYTES))


def core_shares(
    jobs: int, groups: Path = GROUPS, membership: Path = Path("/proc/self/cgroup")
) -> tuple[frozenset[int], ...]:
    """The cores on which the student processes of each job run, so that no job takes those of another.

    The system divides a core by threads, not by jobs: forty threads of one notebook would leave the notebook
    beside it a fortieth. As many cores are shared out as the container may use at a time, each to one job as
    long as there are enough. A single job has nobody beside it and gets all.

    Args:
        jobs: how many there are.
        groups, membership: as for :func:`default_jobs`.
    """
    cores = sorted(os.sched_getaffinity(0))
    if jobs == 1:
        return (frozenset(cores),)
    size = max(1, int(_processors(list(_own_groups(groups, membership)))) // jobs)
    # Containers of one machine all see all of its cores: they are not all to begin with the first one.
    begin = random.randrange(len(cores)) if size * jobs < len(cores) else 0
    places = [range(begin + job * size, begin + (job + 1) * size) for job in range(jobs)]
    return tuple(frozenset(cores[place % len(cores)] for place in share) for share in places)


def memory_limit(groups: Path = GROUPS, membership: Path = Path("/proc/self/cgroup")) -> int | None:
    """Bytes of memory that the container around us may use; ``None`` where nothing limits it.

    Args:
        groups: where the control groups are mounted.
        membership: the file that names the groups of this process.
    """
    # The older kind writes a number near 2**63 for "no limit".
    return min((one for one in _memory_limits(_own_groups(groups, membership)) if one < 2**50), default=None)


def _processors(own: list[Path]) -> float:
    """Processors that may be used at a time; parts of one count."""
    return min([float(len(os.sched_getaffinity(0))), *_processor_limits(own)])


def _machine_memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _own_groups(groups: Path, membership: Path) -> Iterator[Path]:
    """The folders of this process's groups and of those around them, in both versions of control groups.

    In a container a group may be called by its name on the machine, while the mount begins at the group
    itself; so the mount's own folder counts as well.
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        names = [*controllers.split(","), controllers] if controllers else ["", "unified"]
        for top in {groups / name for name in names}:
            place = top / path.lstrip("/")
            yield from dict.fromkeys(
                folder for folder in (place, *place.parents, top) if folder == top or top in folder.parents
            )


def _processor_limits(own: list[Path]) -> Iterator[float]:
    for folder in own:
        match _words(folder / "cpu.max"):
            case [quota, period] if quota.isdecimal():
                yield int(quota) / int(period)
        match _words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us"):
            case [quota, period] if quota.isdecimal():  # no limit is -1
                yield int(quota) / int(period)


def _memory_limits(own: Iterable[Path]) -> Iterator[int]:
    for folder in own:
        for name in ("memory.max", "memory.limit_in_bytes"):
            match _words(folder / name):
                case [limit] if limit.isdecimal():  # no limit is "max"
                    yield int(limit)


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:  # not there in this version of control groups
        return []
