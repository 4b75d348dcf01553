"""The report's folder beyond the report: who writes into it.

``DIR/.autograder/`` holds the lock of the run that writes, that of who makes the journal
(:mod:`autograder.store.journal`), ``run.json`` (:mod:`autograder.store.run`), and while a regrading is under
way its results.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.own_folder import MARKER, OWN


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Make the folder ours for the time of a run.

    Raises:
        UsageError: it cannot be made, is no folder, or another run writes there.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out}: is a file, a folder was expected")
    try:
        (out / OWN).mkdir(parents=True, exist_ok=True)
        lock = (out / MARKER).open("a+")
    except OSError as reason:
        raise UsageError(f"--out {out}: cannot be made: {reason.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise UsageError(
                f"--out {out}: another run (process {lock.read().strip() or 'unknown'}) writes there: "
                f"wait for its end or name another folder"
            ) from None
        except OSError:
            pass  # a network file system without locks: then it is the user who must not start two
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def staging(out: Path) -> Path:
    """Where a regrading keeps its results until it is through."""
    return out / OWN / "regrade"
