"""The way into the sandbox, for a process that has just been forked and has one thread.

``confine`` takes away users, resources and the file system; ``seal`` takes away system calls, once
the kernel's sockets exist. There is no way back from either.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from pathlib import Path

from autograder.errors import PolicyNotEnforced
from autograder.sandbox import landlock, seccomp
from autograder.sandbox.policy import WRITABLE_DEVICES, Limits, Policy

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_CAPABILITY_VERSION_3 = 0x20080522

ADDRESS_SPACE = 16 << 30
"""Bytes of addresses beyond the memory: libraries and files that are only read. Without a limit, the tables
of a few terabytes that are mapped and barely touched would fill the machine's memory."""

PENDING_SIGNALS = 1024
"""Signals that may wait; the system allows a user some thousand for each gigabyte of memory."""

_libc = ctypes.CDLL(None, use_errno=True)


def confine(policy: Policy) -> list[str]:
    """Apply every layer but the system-call filter.

    Returns:
        The layers that are active, described for the report.

    Raises:
        PolicyNotEnforced: a layer cannot be applied.
    """
    _go_first()
    os.chdir(policy.work)
    os.umask(0o077)
    layers = [_limit(policy.limits, own_user=policy.uid is not None)]
    layers.append(_become(policy.uid) if policy.uid is not None else _drop_capabilities())
    rules = [(path, landlock.READ) for path in policy.readable]
    rules += [(path, landlock.DEVICE) for path in WRITABLE_DEVICES]
    rules += [(policy.work, landlock.WRITE), (policy.sockets, landlock.SOCKETS)]
    layers.append(landlock.restrict(rules))
    # After the change of user, which resets both.
    _prctl(_PR_SET_DUMPABLE, 0)
    die_with_parent()
    return layers


def seal(policy: Policy) -> list[str]:
    """Load the system-call filter onto all threads.

    Raises:
        PolicyNotEnforced: it cannot be loaded.
    """
    return [seccomp.load(own_user=policy.uid is not None)]


def die_with_parent() -> None:
    """Have the kernel end this process when the process that forked it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _go_first() -> None:
    """When the machine runs out of memory, the kernel is to end this process and no other."""
    with contextlib.suppress(OSError):  # no layer of the sandbox, and not every container has the file
        Path("/proc/self/oom_score_adj").write_text("1000")


def _limit(limits: Limits, *, own_user: bool) -> str:
    values = {
        resource.RLIMIT_DATA: limits.memory_bytes,
        resource.RLIMIT_AS: limits.memory_bytes + ADDRESS_SPACE,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: PENDING_SIGNALS,
    }
    if own_user:  # it counts everything that the user runs, which is only this process
        values[resource.RLIMIT_NPROC] = limits.threads
    for kind, value in values.items():
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))
    return "rlimits"


def _become(uid: int) -> str:
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as reason:
        raise PolicyNotEnforced(f"cannot change to user id {uid}: {reason}") from None
    return "own user id"  # any that was free: its number would make two results of the same differ


def _drop_capabilities() -> str:
    class Header(ctypes.Structure):
        _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]

    for capability in range(64):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails where there is none to drop
    nothing = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable, twice
    header = Header(_CAPABILITY_VERSION_3, 0)
    if _libc.capset(ctypes.byref(header), ctypes.byref(nothing)):
        raise PolicyNotEnforced(f"capset: {os.strerror(ctypes.get_errno())}")
    return "no capabilities"


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0):
        raise PolicyNotEnforced(f"prctl({option}): {os.strerror(ctypes.get_errno())}")
