"""The system-call filter: a list of what a running notebook needs, everything else fails.

A call that is not on the list fails with ENOSYS, so that the C library takes its older way; calls
that programs try by habit fail with the error that gives the clearest message. The filter is loaded
onto every thread of the process, after the kernel's sockets exist and before student code runs:
from then on there is no way to make, bind or connect a socket.
"""

from __future__ import annotations

import errno
import os
from typing import Any

from autograder.errors import PolicyNotEnforced

try:  # at import, in the fork server: finding the library runs programs, which the sandbox forbids
    import pyseccomp as scmp
except (ImportError, RuntimeError, OSError) as reason:
    scmp = None
    _MISSING = str(reason)

ALLOWED = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek sendfile
    copy_file_range creat close dup dup2 dup3 flock
    stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat
    getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 getdents
    getdents64 umask fsync fdatasync ftruncate fallocate fadvise64 readahead
    munmap mprotect mremap madvise brk msync mincore membarrier
    futex futex_waitv set_robust_list get_robust_list rseq set_tid_address restart_syscall
    getpid gettid getppid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid
    getsid capget exit exit_group wait4 waitid
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
    pause alarm setitimer getitimer nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday
    time times getrusage sysinfo uname getrlimit getcpu sched_yield sched_getaffinity
    sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getpriority
    get_mempolicy getrandom arch_prctl
    epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll select pselect6
    eventfd eventfd2 pipe pipe2 timerfd_create timerfd_settime timerfd_gettime
    accept accept4 sendto recvfrom getsockname getpeername
    getsockopt shutdown
""".split()  # fmt: skip
"""By name, as the kernel calls them; names that an architecture lacks are left out.
``accept`` serves the kernel's own sockets, which are bound before the filter is loaded.
``sendto`` needs a connected stream socket: no other kind can be made. ``sendmsg`` and its kin are missing
because they carry descriptors: an open file could wait in a socket, where the watchdog cannot see it."""

OWN_FILES_ONLY = """
    chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat
""".split()  # fmt: skip
"""Landlock does not look at these, so they are allowed only to a user id that owns nothing else."""

REFUSED = {
    errno.EPERM: """fork vfork execve execveat ptrace process_vm_readv process_vm_writev mount umount2
        chroot pivot_root unshare setns setuid setgid setreuid setregid setresuid setresgid setgroups
        capset chown fchown lchown fchownat link linkat symlink symlinkat mknod mknodat
        setxattr fsetxattr lsetxattr keyctl add_key request_key bpf perf_event_open memfd_create
        io_uring_setup userfaultfd setpriority sched_setaffinity reboot swapon
        settimeofday clock_settime adjtimex sethostname personality setsid setpgid tkill
        pidfd_open pidfd_send_signal pidfd_getfd mlock mlockall shmget semget msgget truncate
        sendmsg recvmsg sendmmsg recvmmsg setsockopt epoll_create epoll_create1""",
    errno.EAFNOSUPPORT: "socket",
    errno.EACCES: "bind listen connect",
}  # fmt: skip
"""Among them what the system's own memory pays for, without any limit of a process: ``setsockopt`` makes the
buffers of a socket as large as the machine allows to anybody, and attaches filters; each set of
``epoll_create`` watches a descriptor once for every number that it has had, millions in all."""

_MAP_SHARED, _MAP_ANONYMOUS, _MAP_GROWSDOWN = 0x01, 0x20, 0x100
_FCNTL = (0, 1, 2, 3, 4, 5, 36, 1030, 1032)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_OFD_GETLK, F_DUPFD_CLOEXEC, F_GETPIPE_SZ."""

_RECORD_LOCKS = (6, 7)
"""F_SETLK, F_SETLKW. A file can hold millions of them, and no limit counts their memory."""

_LOCKS_OF_A_DESCRIPTION = (37, 38)
"""F_OFD_SETLK, F_OFD_SETLKW: the same, but two of one process can be in each other's way."""

_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS (isatty), TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX."""

_THREAD = 0x00000100 | 0x00000200 | 0x00000400 | 0x00000800 | 0x00010000
"""CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND, CLONE_THREAD: with a table of files of its own, a thread
could hold some that the watchdog does not see."""

_CLOSE_RANGE_CLOEXEC = 4
_ACCESS_MODE, _O_TRUNC = 0o3, 0o1000
_SCHED_OTHER = 0
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xF
_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA = 15, 16, 0x53564D41


def load(*, own_user: bool) -> str:
    """Load the filter onto all threads of this process.

    Args:
        own_user: whether the process has a user id that owns nothing but its working directory.

    Returns:
        A description for the report.

    Raises:
        PolicyNotEnforced: libseccomp is missing, or the kernel refuses.
    """
    if scmp is None:
        raise PolicyNotEnforced(f"libseccomp is missing (Debian: apt install libseccomp2): {_MISSING}")
    try:
        rules = scmp.SyscallFilter(scmp.ERRNO(errno.ENOSYS))
        rules.set_attr(scmp.Attr.CTL_TSYNC, 1)
        # Calls of another architecture (32 bits, x32): usually only the thread would end, and its lock stay.
        rules.set_attr(scmp.Attr.ACT_BADARCH, scmp.KILL_PROCESS)
        for name in ALLOWED + (OWN_FILES_ONLY if own_user else []):
            _add(rules, scmp.ALLOW, name)
        refused = {name: code for code, names in REFUSED.items() for name in names.split()}
        if not own_user:
            refused |= dict.fromkeys(OWN_FILES_ONLY, errno.EPERM)
        for name, code in refused.items():
            _add(rules, scmp.ERRNO(code), name)
        _add_conditional(rules)
        rules.load()
    except OSError as reason:
        raise PolicyNotEnforced(f"the system-call filter was refused: {reason}") from None
    return "seccomp (allow list, all threads)"


def _add_conditional(rules: Any) -> None:
    """Calls that are allowed with some arguments only."""
    ALLOW, ERRNO, Arg = scmp.ALLOW, scmp.ERRNO, scmp.Arg  # noqa: N806  libseccomp's own names
    EQ, MASKED_EQ, NE = scmp.EQ, scmp.MASKED_EQ, scmp.NE  # noqa: N806
    pid = os.getpid()
    # threads, never processes
    _add(rules, ALLOW, "clone", Arg(0, MASKED_EQ, _THREAD, _THREAD))
    for missing in (1 << bit for bit in range(32) if _THREAD >> bit & 1):
        _add(rules, ERRNO(errno.EPERM), "clone", Arg(0, MASKED_EQ, missing, 0))
    for flags in (0, _CLOSE_RANGE_CLOEXEC):  # the other flag gives a thread files of its own as well
        _add(rules, ALLOW, "close_range", Arg(2, EQ, flags))
    # Opening for reading alone may empty a file too; older versions of Landlock see only the reading.
    for name, place in (("open", 1), ("openat", 2)):
        for flags in range(_ACCESS_MODE + 1):
            _add(rules, ALLOW, name, Arg(place, MASKED_EQ, _ACCESS_MODE | _O_TRUNC, flags))
            if flags:
                _add(rules, ALLOW, name, Arg(place, MASKED_EQ, _ACCESS_MODE | _O_TRUNC, flags | _O_TRUNC))
        _add(rules, ERRNO(errno.EPERM), name, Arg(place, MASKED_EQ, _ACCESS_MODE | _O_TRUNC, _O_TRUNC))
    # neither shared anonymous memory nor what grows downwards would count against RLIMIT_DATA
    both = _MAP_SHARED | _MAP_ANONYMOUS
    for flags in (0, _MAP_SHARED, _MAP_ANONYMOUS):
        _add(rules, ALLOW, "mmap", Arg(3, MASKED_EQ, both | _MAP_GROWSDOWN, flags))
        _add(
            rules,
            ERRNO(errno.EPERM),
            "mmap",
            Arg(3, MASKED_EQ, both | _MAP_GROWSDOWN, flags | _MAP_GROWSDOWN),
        )
    _add(rules, ERRNO(errno.EPERM), "mmap", Arg(3, MASKED_EQ, both, both))
    # signals to oneself only
    for name in ("kill", "tgkill"):
        _add(rules, ALLOW, name, Arg(0, EQ, pid))
        _add(rules, ERRNO(errno.EPERM), name, Arg(0, NE, pid))
    # event loops wake themselves through a pair of stream sockets; datagrams could be addressed
    stream = Arg(1, MASKED_EQ, _SOCK_TYPE_MASK, _SOCK_STREAM)
    _add(rules, ALLOW, "socketpair", Arg(0, EQ, _AF_UNIX), stream)
    # libzmq asks for the ordinary scheduling class in each thread that it starts: "done", without doing it
    _add(rules, ERRNO(0), "sched_setscheduler", Arg(1, EQ, _SCHED_OTHER))
    _add(rules, ERRNO(errno.EPERM), "sched_setscheduler", Arg(1, NE, _SCHED_OTHER))
    # no F_SETOWN and its kin: they make the kernel send signals to others
    for command in _FCNTL:
        _add(rules, ALLOW, "fcntl", Arg(1, EQ, command))
    # Those of one process never conflict, and nobody else has its files: "done", without doing it, is true.
    for command in _RECORD_LOCKS:
        _add(rules, ERRNO(0), "fcntl", Arg(1, EQ, command))
    for command in _LOCKS_OF_A_DESCRIPTION:  # as a system without them
        _add(rules, ERRNO(errno.EINVAL), "fcntl", Arg(1, EQ, command))
    for request in _IOCTL:
        _add(rules, ALLOW, "ioctl", Arg(1, EQ, request))
    # limits of oneself only; the hard limits are set already and cannot be raised
    _add(rules, ALLOW, "prlimit64", Arg(0, EQ, 0))
    for option in (_PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA):
        _add(rules, ALLOW, "prctl", Arg(0, EQ, option))


def _add(rules: Any, action: int, name: str, *args: Any) -> None:
    """Add a rule; a call that this architecture does not have needs none."""
    if scmp.resolve_syscall(scmp.system_arch(), name) >= 0:
        rules.add_rule(action, name, *args)
