"""``journal.sqlite3``: what people decided, in the order in which they did; nothing in it is ever changed.

Who opens a report's page, fills in a table or excuses somebody's lateness decides something: about one
submission, one question, one thing. Each decision is a record with a number, and what holds now is what the
newest record of each thing says. A record is acknowledged only when it is on the disk, so that a process that
is killed loses nothing that anybody was told is saved.

Whoever decides says which record they had seen last. If somebody has decided about the same thing since, the
decision is refused, with that newer record: two people who score at once lose nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.own_folder import OWN
from autograder.files.visible import storable
from autograder.model import Override

FILE = "journal.sqlite3"
LONGEST_TEXT = 10_000
"""Characters of a comment, a note or a reason."""

_VERSION = 1
"""Of the tables; a reader refuses any other."""
_WAIT = 30.0
"""Seconds that a writer waits for another one."""
_TABLES = f"""
CREATE TABLE journal (identity TEXT NOT NULL) STRICT;
CREATE TABLE record (
    number INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, who TEXT NOT NULL, student TEXT NOT NULL,
    question TEXT NOT NULL, what TEXT NOT NULL, item TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL
) STRICT;
CREATE INDEX subject ON record (student, question, what, item, number);
CREATE TRIGGER kept BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER once BEFORE INSERT ON record WHEN EXISTS (SELECT 1 FROM record WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER unchanged BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
PRAGMA user_version = {_VERSION};
"""
_COLUMNS = "number, time, who, student, question, what, item, before, after"


class What(StrEnum):
    """About what a person decides. The values are what the file has."""

    POINTS = "points"
    ITEM = "item"
    COMMENT = "comment"
    NOTE = "note"
    OVERRIDE = "override"
    EXCUSE = "excuse"


Value = float | str | Override | None
"""What is decided: points, a text, an override; ``None``: nothing, or nothing any more."""


@dataclass(frozen=True)
class Subject:
    """One thing that a person decides about.

    Attributes:
        student: the submission's id.
        question: its name; empty for lateness.
        what: points and items are numbers; a comment is for the student, a note for the course team only;
            an override changes a question's points; an excuse is one for lateness.
        item: the item's code; empty for everything else.
    """

    student: str
    question: str
    what: What
    item: str = ""


@dataclass(frozen=True)
class Decision:
    """What somebody wants to hold from now on."""

    subject: Subject
    value: Value


@dataclass(frozen=True)
class Record:
    """A decision that is written down.

    Attributes:
        number: from 1, in the order in which they were written.
        when: UTC, ISO 8601 with milliseconds.
        who: the person or the file that decided.
        before: what held until then.
        after: what holds since.
    """

    number: int
    when: str
    who: str
    subject: Subject
    before: Value
    after: Value


@dataclass(frozen=True)
class Stale:
    """A decision that was refused, because somebody has decided about the same thing since.

    Attributes:
        decision: the one that is refused.
        newest: what was decided instead.
    """

    decision: Decision
    newest: Record


class State:
    """What a journal says: at the end, and after each of its records.

    Attributes:
        identity: of the journal; empty where there is none yet.
        last: number of its newest record; 0 where there is none.
    """

    def __init__(self, records: Sequence[Record] = (), identity: str = "") -> None:
        self.identity = identity
        self.last = records[-1].number if records else 0
        self._records: dict[Subject, list[Record]] = {}
        self._last_of: dict[str, int] = {}
        for record in records:
            self._records.setdefault(record.subject, []).append(record)
            self._last_of[record.subject.student] = record.number

    def value(self, subject: Subject) -> Value:
        """What holds now."""
        records = self._records.get(subject)
        return records[-1].after if records else None

    def value_at(self, subject: Subject, number: int) -> Value:
        """What held when the record with this number was the newest."""
        earlier = [record for record in self._records.get(subject, ()) if record.number <= number]
        return earlier[-1].after if earlier else None

    def since(self, subject: Subject, number: int) -> Sequence[Record]:
        """What was decided about a thing after the record with this number."""
        return [record for record in self._records.get(subject, ()) if record.number > number]

    def last_of(self, student: str) -> int:
        """Number of the newest record about a student; 0 where there is none."""
        return self._last_of.get(student, 0)

    def held(self) -> Iterator[tuple[Subject, Value]]:
        """Everything about which something holds now."""
        for subject, records in self._records.items():
            if records[-1].after is not None:
                yield subject, records[-1].after

    def with_decisions(self, decisions: Sequence[Decision], who: str) -> State:
        """The state as it would be with these decisions written down."""
        records = sorted((one for some in self._records.values() for one in some), key=lambda one: one.number)
        for number, one in enumerate(decisions, start=self.last + 1):
            records.append(Record(number, "", who, one.subject, self.value(one.subject), one.value))
        return State(records, self.identity)


class Journal:
    """The journal of a report. Every call opens and closes the file: any thread or process may call.

    Args:
        out: the report's folder. The file appears in it with the first decision.
    """

    def __init__(self, out: Path) -> None:
        self.path = out / FILE

    def append(self, decision: Decision, who: str, seen: int) -> Record | Stale:
        """Write one decision down; when this returns a record, it is on the disk.

        A decision that holds already is not written again, so that a lost answer may be asked for again.

        Args:
            who: decides.
            seen: number of the last record that they had seen (:attr:`State.last`).

        Raises:
            UsageError: the file cannot be read or written.
            ValueError: the value is not of the kind that the subject takes.
        """
        done = self.append_all([decision], who, seen)
        return done if isinstance(done, Stale) else done[0]

    def append_all(self, decisions: Sequence[Decision], who: str, seen: int) -> Sequence[Record] | Stale:
        """Write all of these down, or none; as :meth:`append`."""
        for decision in decisions:
            _check(decision)
        self._create()
        with self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            done = []
            for decision in decisions:
                newest = _newest(database, decision.subject)
                if newest is not None and newest.after == decision.value:
                    done.append(newest)
                elif newest is not None and newest.number > seen:
                    database.execute("ROLLBACK")
                    return Stale(decision, newest)
                else:
                    done.append(_write(database, decision, newest.after if newest else None, who))
            database.execute("COMMIT")
        return done

    def state(self) -> State:
        """What the journal says; nothing where there is no file.

        Raises:
            UsageError: the file cannot be read.
        """
        if not self.path.exists():
            return State()
        with self._opened() as database:
            database.execute("BEGIN")  # identity and records of one moment
            (identity,) = database.execute("SELECT identity FROM journal").fetchone()
            rows = database.execute(f"SELECT {_COLUMNS} FROM record ORDER BY number")
            return State([_record(row) for row in rows], identity)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(_connected(self.path)) as database:
                (version,) = database.execute("PRAGMA user_version").fetchone()
                if version != _VERSION:
                    raise UsageError(
                        f"{self.path}: is of version {version}; this program reads version {_VERSION}"
                    )
                # Acknowledged means: on the disk, not only handed to the system.
                database.execute("PRAGMA synchronous = FULL")
                yield database
        except (sqlite3.Error, TypeError, ValueError) as reason:
            raise UsageError(f"{self.path}: cannot be read or written ({reason}); nothing was lost") from None

    def _create(self) -> None:
        """Make the file, whole, unless it is there: nobody meets one without its tables."""
        if self.path.exists():
            return
        temporary = self.path.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            (self.path.parent / OWN).mkdir(parents=True, exist_ok=True)
            with (self.path.parent / OWN / "journal.lock").open("a") as lock:
                with contextlib.suppress(OSError):  # a network file system without locks
                    fcntl.flock(lock, fcntl.LOCK_EX)
                if self.path.exists():
                    return
                with closing(_connected(temporary, create=True)) as database:
                    database.execute("PRAGMA journal_mode = WAL")
                    database.executescript(f"BEGIN; {_TABLES} COMMIT;")
                    # A letter first: spreadsheets must not take it for a number or a date.
                    database.execute("INSERT INTO journal VALUES (?)", (f"j{secrets.token_hex(4)}",))
                temporary.replace(self.path)
                _flush_folder(self.path.parent)
        except (OSError, sqlite3.Error) as reason:
            raise UsageError(f"{self.path}: cannot be made: {reason}") from None
        finally:
            temporary.unlink(missing_ok=True)


def _connected(path: Path, *, create: bool = False) -> sqlite3.Connection:
    mode = "rwc" if create else "rw"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_WAIT, isolation_level=None
    )


def _flush_folder(folder: Path) -> None:
    """Let the name of a new file survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _newest(database: sqlite3.Connection, subject: Subject) -> Record | None:
    row = database.execute(
        f"SELECT {_COLUMNS} FROM record WHERE student = ? AND question = ? AND what = ? AND item = ? "
        "ORDER BY number DESC LIMIT 1",
        (subject.student, subject.question, subject.what.value, subject.item),
    ).fetchone()
    return _record(row) if row else None


def _write(database: sqlite3.Connection, decision: Decision, before: Value, who: str) -> Record:
    one, when = decision.subject, datetime.now(UTC).isoformat(timespec="milliseconds")
    number = database.execute(
        "INSERT INTO record (time, who, student, question, what, item, before, after) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (when, storable(who), one.student, one.question, one.what.value, one.item, _text(before),
         _text(decision.value)),
    ).lastrowid  # fmt: skip
    assert number is not None
    return Record(number, when, who, one, before, decision.value)


def _record(row: Sequence[str]) -> Record:
    number, when, who, student, question, what, item, before, after = row
    subject = Subject(student, question, What(what), item)
    return Record(int(number), when, who, subject, _value(before), _value(after))


def _text(value: Value) -> str:
    """A value as JSON."""
    if isinstance(value, Override):
        return json.dumps({"points": value.points, "reason": value.reason, "comment": value.comment})
    return json.dumps(value)


def _value(text: str) -> Value:
    value = json.loads(text)
    return Override(**value) if isinstance(value, dict) else value


def _check(decision: Decision) -> None:
    """Refuse a value that is none of its subject; the bounds of points are the configuration's matter.

    Raises:
        ValueError: it is of another kind, too long, or an override without a reason.
    """
    what, value = decision.subject.what, decision.value
    if what in (What.POINTS, What.ITEM):
        right = _is_number(value)
    elif what in (What.COMMENT, What.NOTE):
        right = _is_text(value) and value != ""
    else:
        right = isinstance(value, Override) and _is_change(value, excuse=what is What.EXCUSE)
    if not right and value is not None:
        raise ValueError(f"not a value of {what.value}: {str(value)[:80]!r}")


def _is_change(value: Override, *, excuse: bool) -> bool:
    points = value.points is None if excuse else _is_number(value.points)
    texts = _is_text(value.reason) and value.reason.strip() and _is_text(value.comment)
    return bool(points and texts and value.instead is None)


def _is_number(value: object) -> bool:
    if not isinstance(value, float | int) or isinstance(value, bool):
        return False
    return math.isfinite(value) and value >= 0


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and storable(value) == value
