"""Landlock: the file system, TCP and signals, taken away for good from the calling thread.

The constants are the kernel's (``include/uapi/linux/landlock.h``). PyPI's ``landlock`` knows
neither network nor scopes, hence these few lines of ctypes. Must be called before the process has a
second thread: a thread that exists already keeps its rights.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

from autograder.errors import PolicyNotEnforced

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # one number on every architecture
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG, _MAKE_SOCK = 1 << 4, 1 << 5, 1 << 7, 1 << 8, 1 << 9
_TRUNCATE = 1 << 14
_ON_FILES = _WRITE_FILE | _READ_FILE | _TRUNCATE  # what may be asked of a rule on a plain file

READ = _READ_FILE | _READ_DIR
"""Rights on a tree that may be read. Executing a file is never granted."""

WRITE = READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG
"""Rights on the working directory: plain files and directories, no links, no devices, no pipes."""

SOCKETS = _MAKE_SOCK | _READ_DIR
"""Rights on the directory of the kernel's sockets."""

DEVICE = _READ_FILE | _WRITE_FILE

_libc = ctypes.CDLL(None, use_errno=True)


class _RulesetAttr(ctypes.Structure):
    _fields_ = [
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


class _PathBeneathAttr(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def abi() -> int:
    """Version of Landlock in the running kernel; 0 where there is none."""
    version = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _CREATE_RULESET_VERSION)
    return max(int(version), 0)


def _handled(version: int) -> tuple[_RulesetAttr, int]:
    """Everything that this version can forbid, and the structure's size for it."""
    rights = 13
    for since, count in ((2, 14), (3, 15), (5, 16)):
        if version >= since:
            rights = count
    attr = _RulesetAttr(
        (1 << rights) - 1,
        0b11 if version >= 4 else 0,  # binding and connecting TCP
        0b11 if version >= 6 else 0,  # abstract sockets and signals of others
    )
    return attr, 24 if version >= 6 else 16 if version >= 4 else 8


def restrict(rules: Iterable[tuple[str, int]]) -> str:
    """Forbid this thread, and all that it starts, everything but ``rules``.

    Args:
        rules: pairs of an existing path and the rights on what lies beneath it.

    Returns:
        A description for the report, ``landlock (ABI 7)``.

    Raises:
        PolicyNotEnforced: the kernel has no Landlock, or refuses.
    """
    version = abi()
    if version < 1:
        raise PolicyNotEnforced(
            "the kernel offers no Landlock (Linux 5.13 or newer, CONFIG_SECURITY_LANDLOCK)"
        )
    attr, size = _handled(version)
    ruleset = _call(_CREATE_RULESET, ctypes.byref(attr), ctypes.c_size_t(size), 0)
    try:
        for path, rights in rules:
            _allow(ruleset, path, rights & attr.handled_access_fs)
        if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise PolicyNotEnforced(f"no_new_privs refused: {os.strerror(ctypes.get_errno())}")
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return f"landlock (ABI {version})"


def _allow(ruleset: int, path: str, rights: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _ON_FILES
        rule = _PathBeneathAttr(rights, fd)
        _call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(fd)


def _call(number: int, *args: object) -> int:
    result = _libc.syscall(number, *args)
    if result < 0:
        raise PolicyNotEnforced(f"Landlock call {number} failed: {os.strerror(ctypes.get_errno())}")
    return int(result)
