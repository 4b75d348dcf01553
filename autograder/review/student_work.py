"""What students wrote, made fit for pages by the process that reads it, and kept as long as it is the same."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from markupsafe import Markup

from autograder.files.visible import plain
from autograder.model import Beside, Grade, ManualQuestion, Submission
from autograder.review.found_pictures import PATH
from autograder.review.reader import Reader, Unread
from autograder.store.executed import executed_file

MOST_KEPT, MOST_TICKETS = 1_000, 20_000
"""Answers and notebooks that are kept as pages show them, and tickets for their pictures."""
AGAIN_AFTER = 30.0
"""Seconds after which something that could not be read is tried again."""
NOT_OPEN = "The uploads are not open yet: pictures are shown as soon as they are."
ANOTHER_FILE = "The uploaded file is not the one that was graded: this is the answer as it was graded."

_SHOWN = (".png", ".jpg", ".jpeg", ".gif", ".webp")

Kept = TypeVar("Kept")
Place = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A part of an answer: text as HTML, or code; and pictures that the text does not show."""

    html: Markup = Markup("")
    code: str = ""
    pictures: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Written:
    """An answer as a page shows it.

    Attributes:
        raw: the text as it is, where it could not be read as Markdown.
        beside: pictures that were handed in beside the notebook.
        note: what the person who looks should know; may be empty.
    """

    parts: Sequence[Part] = ()
    raw: str = ""
    beside: Sequence[Mapping[str, str]] = ()
    note: str = ""


@dataclass(frozen=True)
class Cells:
    """The cells of a notebook.

    Attributes:
        rows: as :class:`~autograder.review.shown_cells.ShownCells` has them.
        more: how many others there are.
        digest: SHA-256 of the file.
        problem: why there are none; empty where there are.
    """

    rows: Sequence[Mapping[str, Any]] = ()
    more: int = 0
    digest: str = ""
    problem: str = ""


@dataclass
class _Entry:
    value: Any
    until: float = float("inf")
    tickets: list[str] = field(default_factory=list)


class StudentWork:
    """Answers, notebooks and pictures. Any thread may call.

    Args:
        reader: the process that reads them.
    """

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader or Reader()
        self._kept: OrderedDict[object, _Entry] = OrderedDict()
        self._tickets: OrderedDict[str, Sequence[Place]] = OrderedDict()
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the process that reads."""
        self._reader.close()

    def answer(self, config: Path, one: Submission | None, grade: Grade, question: ManualQuestion) -> Written:
        """The answer to a question that a person scores.

        Args:
            config: of the lab.
            one: the submission with its files; ``None`` where the uploads are not open.
        """
        key = ("answer", grade.digest, question.name, question.answer, one and (one.file, one.picture_files))

        def read(ticket: str) -> tuple[Written, list[Place]]:
            beside, places = _beside(one, ticket) if one else ((), [])
            if one is None or one.file is None:
                parts = self._text(config, question.answer)
                return Written(parts, beside=beside, note="" if one else NOT_OPEN), places
            asked = {"file": str(one.file), "question": question.name, "digest": grade.digest}
            found, _ = self._reader.ask(config, "answer", **asked, ticket=f"{ticket}.n")
            if not found["same"]:
                return Written(self._text(config, question.answer), note=ANOTHER_FILE), places
            self._tickets[f"{ticket}.n"] = [{"file": str(one.file), "where": at} for at in found["found"]]
            return Written([_part(part) for part in found["parts"]], beside=beside), places

        def raw(reason: str) -> Written:
            return Written(raw=question.answer, note=f"Shown as it was typed: {reason}.")

        return self._remembered(key, read, raw)

    def handed_in(self, config: Path, one: Submission | None) -> Cells:
        """The cells of a notebook as it was handed in."""
        if one is None:
            return Cells(problem="The uploads are not open yet, or not where they were.")
        return self._cells(config, one.file) if one.file else Cells(problem=f"There is none: {one.problem}.")

    def executed(self, config: Path, out: Path, id: str) -> Cells:
        """The cells of a notebook as it ran."""
        file = executed_file(out, id)
        return (
            self._cells(config, file) if file.is_file() else Cells(problem="It was not kept, or never ran.")
        )

    def common(self, config: Path, both: Sequence[Path]) -> Sequence[Sequence[Mapping[str, Any]]]:
        """The own code of two notebooks (:func:`~autograder.review.common_code.side_by_side`).

        Raises:
            Unread: one of them cannot be read.
        """
        found, _ = self._reader.ask(config, "common", files=[str(file) for file in both])
        sides: list[list[dict[str, Any]]] = found["sides"]
        return sides

    def picture(self, config: Path, name: str, spool: Path | None) -> bytes:
        """The bytes of a picture.

        Args:
            name: what a page calls it, without :data:`PATH`.
            spool: a folder for what has to be unpacked for that.

        Raises:
            Unread: it is not there any more, or cannot be read.
        """
        ticket, _, number = name.rpartition("-")
        places = self._tickets.get(ticket, ())
        if not number.isdecimal() or int(number) >= len(places):
            raise Unread("there is no such picture any more: load its page again")
        place = places[int(number)]
        what = "picture" if "file" in place else "beside"
        _, body = self._reader.ask(config, what, **place, spool=str(spool) if spool else "")
        return body

    def _cells(self, config: Path, file: Path) -> Cells:
        try:
            status = file.stat()
        except OSError as reason:
            return Cells(problem=f"It cannot be read: {reason.strerror}.")

        def read(ticket: str) -> tuple[Cells, list[Place]]:
            found, _ = self._reader.ask(config, "cells", file=str(file), ticket=ticket)
            rows = [_row(row) for row in found["rows"]]
            places: list[Place] = [{"file": str(file), "where": at} for at in found["found"]]
            return Cells(rows, found["more"], found["digest"]), places

        key = ("cells", file, status.st_mtime_ns, status.st_size)
        return self._remembered(key, read, lambda reason: Cells(problem=f"It cannot be shown: {reason}."))

    def _text(self, config: Path, text: str) -> list[Part]:
        if not text.strip():
            return []
        found, _ = self._reader.ask(config, "text", text=text)
        return [Part(Markup(found["html"]))]

    def _remembered(
        self, key: object, read: Callable[[str], tuple[Kept, list[Place]]], instead: Callable[[str], Kept]
    ) -> Kept:
        """What was read before, or is read now.

        Args:
            read: takes a new ticket; gives what is to be kept, and where the ticket's pictures lie.
            instead: what stands for something that could not be read, for a reason.
        """
        with self._lock:
            entry = self._kept.get(key)
            if entry is None or entry.until < time.monotonic():
                ticket = secrets.token_urlsafe(16)
                try:
                    value, places = read(ticket)
                    entry = _Entry(value, tickets=[ticket, f"{ticket}.n"])
                    self._tickets[ticket] = places
                except Unread as reason:
                    entry = _Entry(instead(plain(str(reason), 300)), time.monotonic() + AGAIN_AFTER)
                self._kept[key] = entry
            self._kept.move_to_end(key)
            for one in entry.tickets:
                if one in self._tickets:
                    self._tickets.move_to_end(one)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            while len(self._tickets) > MOST_TICKETS:
                self._tickets.popitem(last=False)
            value = entry.value
            return value


def _part(part: Mapping[str, Any]) -> Part:
    return Part(Markup(part["html"]), part["code"], part["pictures"])


def _row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "html": Markup(row["html"])}


def _beside(one: Submission, ticket: str) -> tuple[Sequence[Mapping[str, str]], list[Place]]:
    """What pages say of pictures beside a notebook, and where they lie."""
    told = [
        {
            "address": f"{PATH}{ticket}-{at}",
            "name": plain(name, 80),
            "kind": "",
            "shown": "yes" if name.lower().endswith(_SHOWN) else "",
        }
        for at, name in enumerate(one.pictures[: len(one.picture_files)])
    ]
    return told, [_place(file) for file in one.picture_files]


def _place(one: Beside) -> Place:
    return {"upload": str(one.upload), "path": list(one.path)}
