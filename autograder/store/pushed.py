"""``pushed.sqlite3``: what was written to an LMS, what was there before, and what is under way.

Before a student's mark is written, a row says what is there and what is going to be, and is on the disk.
After it was read back, the row says so. A push that is killed in between leaves an open row: the next one
looks at the LMS, which alone knows whether it was written, and goes on. Nothing is written twice, and what
was replaced can be restored.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.atomic import flush_folder
from autograder.files.visible import storable
from autograder.store.sqlite_file import connected, now, opened

FILE = "pushed.sqlite3"
_VERSION = 1
_TABLES = f"""
CREATE TABLE push (
    number INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, assignment TEXT NOT NULL, undoes INTEGER,
    finished TEXT
) STRICT;
CREATE TABLE entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT, push INTEGER NOT NULL REFERENCES push (number), time TEXT NOT
    NULL, person INTEGER NOT NULL, submission TEXT NOT NULL, name TEXT NOT NULL, before TEXT NOT NULL, after
    TEXT NOT NULL, state TEXT NOT NULL, said TEXT NOT NULL
) STRICT;
CREATE INDEX of_person ON entry (person, number);
CREATE TABLE file (digest TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;
PRAGMA user_version = {_VERSION};
"""
_COLUMNS = "number, push, person, submission, name, before, after, state, said"


class Written(StrEnum):
    """How far an entry is."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Kept:
    """What an LMS holds for a student, as the journal keeps it.

    Attributes:
        mark: ``None``: none.
        comment: with its markup; empty: none; ``None``: not known.
        files: digests by name; ``None``: not known.
    """

    mark: float | None
    comment: str | None
    files: Mapping[str, str] | None


@dataclass(frozen=True)
class Entry:
    """One student in one push.

    Attributes:
        push: its number.
        person: the LMS's number of the person.
        submission: id of the submission that the mark is of.
        name: for people; untrusted.
        before: what was there when the push began with them.
        after: what is to be there.
        said: what is wrong, where it failed.
    """

    number: int
    push: int
    person: int
    submission: str
    name: str
    before: Kept
    after: Kept
    state: Written = Written.OPEN
    said: str = ""


@dataclass(frozen=True)
class Push:
    """A push, or the undoing of one.

    Attributes:
        assignment: key of the assignment.
        undoes: number of the push that it takes back; ``None``: it is none of these.
        finished: whether it went through to its end.
        begun: when; UTC, ISO 8601.
    """

    number: int
    assignment: str
    undoes: int | None
    finished: bool
    begun: str


class Pushed:
    """The journal of what was written to LMSs out of a report's folder.

    Args:
        out: the report's folder. The file appears in it with the first push.
    """

    def __init__(self, out: Path) -> None:
        self.path = out / FILE

    def last(self, assignment: str = "") -> Push | None:
        """The newest push, of one assignment or of any; an undone one and its undoing do not count.

        Raises:
            UsageError: the file cannot be read, here as everywhere below.
        """
        undone: set[int] = set()
        for push in reversed(self._pushes(assignment)):
            if push.undoes is not None and push.finished:
                undone.add(push.undoes)
            elif push.number not in undone:
                return push
        return None

    def entries(self, push: int) -> Sequence[Entry]:
        """Everybody in a push, in their order."""
        return self._entries("push = ?", push)

    def newest(self, assignment: str) -> Mapping[int, Entry]:
        """What was written last to each person, or is open, by their number; what was only restored is
        not."""
        wanted = "push IN (SELECT number FROM push WHERE assignment = ? AND undoes IS NULL)"
        return {one.person: one for one in self._entries(wanted, assignment)}

    def unfinished(self, assignment: str, undoes: int | None = None) -> Push | None:
        """The last push, where it is of this kind and was interrupted."""
        last = self.last(assignment)
        return last if last is not None and not last.finished and last.undoes == undoes else None

    def begin(self, assignment: str, undoes: int | None = None) -> Push:
        """A new push."""
        self._create()
        with self._opened() as database:
            begun = now()
            number = database.execute(
                "INSERT INTO push (time, assignment, undoes) VALUES (?, ?, ?)", (begun, assignment, undoes)
            ).lastrowid
        assert number is not None
        return Push(number, assignment, undoes, finished=False, begun=begun)

    def finish(self, push: Push) -> None:
        """Say that a push went through."""
        with self._opened() as database:
            database.execute("UPDATE push SET finished = ? WHERE number = ?", (now(), push.number))

    def open(self, entry: Entry, files: Mapping[str, bytes]) -> Entry:
        """Write down that something is going to be written; when this returns, it is on the disk.

        Somebody who is open in this push stays the one entry: what was there before all of it is what counts.

        Args:
            files: contents by digest, of what is there.
        """
        with self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            row = database.execute(
                f"SELECT {_COLUMNS} FROM entry WHERE push = ? AND person = ? AND state = ?",
                (entry.push, entry.person, Written.OPEN),
            ).fetchone()
            if row is not None:
                found = replace(_entry(row), after=entry.after)
                database.execute(
                    "UPDATE entry SET after = ? WHERE number = ?", (_text(found.after), found.number)
                )
                database.execute("COMMIT")
                return found
            for digest, content in files.items():
                packed = zlib.compress(content)  # a page in HTML shrinks to a fifth
                database.execute("INSERT OR IGNORE INTO file VALUES (?, ?)", (digest, packed))
            number = database.execute(
                "INSERT INTO entry (push, time, person, submission, name, before, after, state, said) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')",
                (entry.push, now(), entry.person, entry.submission, storable(entry.name),
                 _text(entry.before), _text(entry.after), Written.OPEN),
            ).lastrowid  # fmt: skip
            database.execute("COMMIT")
        assert number is not None
        return replace(entry, number=number)

    def close(self, entry: Entry, said: str = "") -> None:
        """Write down what came of it.

        Args:
            said: what is wrong; empty: it is as it was to be.
        """
        state = Written.FAILED if said else Written.DONE
        with self._opened() as database:
            database.execute(
                "UPDATE entry SET state = ?, said = ?, time = ? WHERE number = ?",
                (state, storable(said), now(), entry.number),
            )

    def content(self, digest: str) -> bytes:
        """A file that was there before.

        Raises:
            UsageError: there is none with this digest.
        """
        with self._opened() as database:
            row = database.execute("SELECT content FROM file WHERE digest = ?", (digest,)).fetchone()
            if row is None:
                raise UsageError(f"{self.path}: has no file {digest[:12]}…: it was removed from the journal")
            return zlib.decompress(row[0])

    def _pushes(self, assignment: str) -> Sequence[Push]:
        if not self.path.exists():
            return ()
        with self._opened() as database:
            rows = database.execute(
                "SELECT number, assignment, undoes, finished, time FROM push WHERE ? IN ('', assignment) "
                "ORDER BY number",
                (assignment,),
            ).fetchall()
        return [
            Push(number, of, undoes, finished is not None, begun)
            for number, of, undoes, finished, begun in rows
        ]

    def _entries(self, condition: str, value: object) -> Sequence[Entry]:
        if not self.path.exists():
            return ()
        with self._opened() as database:
            rows = database.execute(
                f"SELECT {_COLUMNS} FROM entry WHERE {condition} ORDER BY number", (value,)
            ).fetchall()
            return [_entry(row) for row in rows]

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self.path, _VERSION, zlib.error, KeyError)

    def _create(self) -> None:
        """Make the file; a push has the report's folder to itself."""
        if self.path.exists():
            return
        temporary = self.path.with_name(f".{FILE}.new")
        try:
            temporary.unlink(missing_ok=True)
            with closing(connected(temporary, create=True)) as database:
                database.executescript(f"BEGIN; {_TABLES} COMMIT;")
            temporary.replace(self.path)
            flush_folder(self.path.parent)
        except (OSError, sqlite3.Error) as reason:
            raise UsageError(f"{self.path}: cannot be made: {reason}") from None


def _entry(row: Sequence[object]) -> Entry:
    number, push, person, submission, name, before, after, state, said = row
    return Entry(
        int(str(number)), int(str(push)), int(str(person)), str(submission), str(name), _kept(str(before)),
        _kept(str(after)), Written(str(state)), str(said),
    )  # fmt: skip


def _text(kept: Kept) -> str:
    return json.dumps(asdict(kept))


def _kept(text: str) -> Kept:
    return Kept(**json.loads(text))
