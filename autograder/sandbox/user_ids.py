"""User ids for student processes, each used by one fork server of the machine."""

from __future__ import annotations

import errno
import secrets
import socket
from dataclasses import dataclass

from autograder.errors import SandboxError

UIDS = range(61_184, 65_520)
"""User ids for student processes: free by systemd's and Debian's conventions (there they are for dynamic
users), and inside the range that a container maps."""


@dataclass(frozen=True)
class Claim:
    """A user id that is ours as long as ``held`` is open."""

    uid: int
    held: socket.socket


def claim_uid() -> Claim:
    """A user id that no other fork server on this machine uses.

    The kernel counts the threads of a user: two servers with one id would share one limit. An abstract
    socket's name is taken by one process at a time and free again when that ends, however it ends. The
    search begins anywhere, since a container sees only its own names.

    Raises:
        SandboxError: every id is taken.
    """
    held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    first = secrets.randbelow(len(UIDS))
    for uid in [*UIDS[first:], *UIDS[:first]]:
        try:
            held.bind(f"\0autograder-uid-{uid}")
        except OSError as taken:
            if taken.errno != errno.EADDRINUSE:
                raise
        else:
            return Claim(uid, held)
    raise SandboxError(f"all {len(UIDS)} user ids for student processes are in use on this machine")
