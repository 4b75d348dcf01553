"""SQLite files of a report: opened for one piece of work, so that any thread or process may, and closed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import UsageError

_WAIT = 30.0
"""Seconds that a writer waits for another one."""


@contextmanager
def opened(path: Path, version: int, *unreadable: type[Exception]) -> Iterator[sqlite3.Connection]:
    """The file, which has to be there.

    Args:
        version: of the tables; a reader refuses any other.
        unreadable: what the block raises, beside the usual, where a row holds something else than it should.

    Raises:
        UsageError: it cannot be read or written, or is of another version.
    """
    failures: tuple[type[Exception], ...] = (sqlite3.Error, TypeError, ValueError, *unreadable)
    try:
        with closing(connected(path)) as database:
            (found,) = database.execute("PRAGMA user_version").fetchone()
            if found != version:
                raise UsageError(f"{path}: is of version {found}; this program reads version {version}")
            # Acknowledged means: on the disk, not only handed to the system.
            database.execute("PRAGMA synchronous = FULL")
            yield database
    except failures as reason:
        raise UsageError(f"{path}: cannot be read or written ({reason})") from None


def connected(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """A connection without transactions of its own.

    Args:
        create: whether the file is made where it is not there.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    mode = "rwc" if create else "rw"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_WAIT, isolation_level=None
    )


def now() -> str:
    """The time of a row: UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
