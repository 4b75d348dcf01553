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
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.atomic import flush_folder
from autograder.files.own_folder import OWN
from autograder.files.visible import storable
from autograder.model import Override
from autograder.store.records import Decision, Record, Stale, State, Subject, Value, What, check
from autograder.store.sqlite_file import connected, now, opened

FILE = "journal.sqlite3"
_VERSION = 1
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
        Points of an item are refused, too, where the question's items have changed since.

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
            check(decision)
        self._create()
        with self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            done, when = [], now()  # what is written together has one time: so it is known again
            wanted = {_rubric_of(one.subject) for one in decisions}  # one for a whole group
            rubrics = {one: _newest(database, one) if one else None for one in wanted}
            for decision in decisions:
                newest = _newest(database, decision.subject)
                if newest is not None and newest.after == decision.value:
                    done.append(newest)
                    continue
                rubric = rubrics[_rubric_of(decision.subject)]
                for other in filter(None, (newest, rubric)):
                    if other.number > seen:
                        database.execute("ROLLBACK")
                        return Stale(decision, other)
                done.append(_write(database, decision, newest.after if newest else None, who, when))
            database.execute("COMMIT")
        return done

    def append_made(
        self, make: Callable[[State], Sequence[Decision] | Stale], who: str
    ) -> Sequence[Record] | Stale:
        """Write down what follows from what holds at this moment, all of it or nothing: nobody gets between.

        Args:
            make: makes the decisions, or refuses.

        Raises:
            UsageError: the file cannot be read or written.
            ValueError: a value is not of the kind that its subject takes.
        """
        self._create()
        with self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            state = _state(database)
            decisions = make(state)
            if isinstance(decisions, Stale):
                database.execute("ROLLBACK")
                return decisions
            for decision in decisions:
                check(decision)
            news = [one for one in decisions if state.value(one.subject) != one.value]
            when = now()
            done = [_write(database, one, state.value(one.subject), who, when) for one in news]
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
            return _state(database)

    def after(self, state: State) -> State:
        """What the journal says now, when it is known what it said a moment ago.

        Args:
            state: of this journal or of another one; only what was written since is read where it is this.

        Raises:
            UsageError: the file cannot be read.
        """
        if not state.identity or not self.path.exists():
            return self.state()
        with self._opened() as database:
            database.execute("BEGIN")
            (identity,) = database.execute("SELECT identity FROM journal").fetchone()
            wanted = f"SELECT {_COLUMNS} FROM record WHERE number > ? ORDER BY number"
            rows = database.execute(wanted, (state.last if identity == state.identity else 0,))
            return (state if identity == state.identity else State((), identity)).extended(map(_record, rows))

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self.path, _VERSION)

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
                with closing(connected(temporary, create=True)) as database:
                    database.execute("PRAGMA journal_mode = WAL")
                    database.executescript(f"BEGIN; {_TABLES} COMMIT;")
                    # A letter first: spreadsheets must not take it for a number or a date.
                    database.execute("INSERT INTO journal VALUES (?)", (f"j{secrets.token_hex(4)}",))
                temporary.replace(self.path)
                flush_folder(self.path.parent)
        except (OSError, sqlite3.Error) as reason:
            raise UsageError(f"{self.path}: cannot be made: {reason}") from None
        finally:
            temporary.unlink(missing_ok=True)


def _state(database: sqlite3.Connection) -> State:
    (identity,) = database.execute("SELECT identity FROM journal").fetchone()
    rows = database.execute(f"SELECT {_COLUMNS} FROM record ORDER BY number")
    return State([_record(row) for row in rows], identity)


def _rubric_of(subject: Subject) -> Subject | None:
    """The items that points are given for; ``None`` of all that is not points of an item."""
    if subject.what not in (What.ITEM, What.REPEAT):
        return None
    return Subject("", subject.question, What.RUBRIC)


def _newest(database: sqlite3.Connection, subject: Subject) -> Record | None:
    row = database.execute(
        f"SELECT {_COLUMNS} FROM record WHERE student = ? AND question = ? AND what = ? AND item = ? "
        "ORDER BY number DESC LIMIT 1",
        (subject.student, subject.question, subject.what.value, subject.item),
    ).fetchone()
    return _record(row) if row else None


def _write(database: sqlite3.Connection, decision: Decision, before: Value, who: str, when: str) -> Record:
    one = decision.subject
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
