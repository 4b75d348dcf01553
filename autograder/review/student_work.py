"""What students wrote, made fit for pages by the process that reads it, and kept while it is the same."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from markupsafe import Markup

from autograder.files.visible import plain
from autograder.model import Beside, Grade, ManualQuestion, Submission
from autograder.review.found_pictures import PATH
from autograder.review.reader import Reader, Unread
from autograder.review.remembered import Remembered
from autograder.store.executed import executed_file

MOST_ANSWERS, MOST_NOTEBOOKS, MOST_TICKETS = 1_000, 20, 20_000
"""Answers and notebooks that are kept as pages show them, and tickets for their pictures."""
AGAIN_AFTER = 30.0
"""Seconds after which something that could not be read is tried again."""
NOT_OPEN = "The uploads are not open yet: pictures are shown as soon as they are."
GONE = "The uploads are not where they were when the class was graded: its pictures are not shown."
NOT_ANSWERED, CLAIM_ONLY = "not answered", "claim only"
ANOTHER_FILE = "The uploaded file is not the one that was graded: this is the answer as it was graded."

UNSEEN = "Shown as it was typed: nothing of it would be seen otherwise."

_SHOWN = (".png", ".jpg", ".jpeg", ".gif", ".webp")

Shown = TypeVar("Shown")
Place = Mapping[str, Any]
Tickets = Mapping[str, Sequence[Place]]


@dataclass(frozen=True)
class Part:
    """A part of an answer: text as HTML, or code; and pictures that the text does not show.

    Attributes:
        item: code of the item in whose cell it stands; untrusted, empty for none.
    """

    html: Markup = field(default_factory=Markup)
    code: str = ""
    pictures: Sequence[Mapping[str, str]] = ()
    item: str = ""


@dataclass(frozen=True)
class Written:
    """An answer as a page shows it.

    Attributes:
        raw: the text as it is, where it could not be read as Markdown.
        beside: pictures that were handed in beside the notebook.
        note: what the person who looks should know; may be empty.
        remarks: what they should know of items, by their codes.
    """

    parts: Sequence[Part] = ()
    raw: str = ""
    beside: Sequence[Mapping[str, str]] = ()
    note: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True)
class _Entry(Generic[Shown]):
    """What pages show, and where its pictures lie."""

    shown: Shown
    tickets: Tickets


class StudentWork:
    """Answers, notebooks and pictures. Any thread may call.

    Args:
        reader: the process that reads them.
    """

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader or Reader()
        self._answers: Remembered[_Entry[Written]] = Remembered(MOST_ANSWERS)
        self._notebooks: Remembered[_Entry[Cells]] = Remembered(MOST_NOTEBOOKS)
        self._tickets: Remembered[Sequence[Place]] = Remembered(MOST_TICKETS)
        self._reading = threading.Lock()

    def begin(self, config: Path) -> None:
        """Let the process that reads be ready when the first page asks for something."""

        def ask() -> None:
            with contextlib.suppress(Unread):  # whoever asks for something hears why not
                self._reader.ask(config, "text", text="")

        threading.Thread(target=ask, daemon=True).start()

    def close(self) -> None:
        """End the process that reads."""
        self._reader.close()

    def answer(
        self,
        config: Path,
        one: Submission | None,
        grade: Grade,
        question: ManualQuestion,
        missing: str = NOT_OPEN,
    ) -> Written:
        """The answer to a question that a person scores.

        Args:
            config: of the lab.
            one: the submission with its files; ``None`` where there are none.
            missing: what to say then of an answer with pictures.
        """
        key = (
            grade.digest,
            question.name,
            question.answer,
            (one.file, one.picture_files) if one else missing,
        )

        def read(ticket: str) -> tuple[Written, Tickets]:
            beside, places = _beside(one, ticket) if one else ((), [])
            tickets: dict[str, Sequence[Place]] = {ticket: places}
            if one is None or one.file is None:
                parts = self._text(config, question.answer)
                lacks = one is None and (question.pictures or grade.submission.pictures)
                return Written(parts, beside=beside, note=missing if lacks else ""), tickets
            asked = {"file": str(one.file), "question": question.name, "digest": grade.digest}
            inside = f"{ticket}.n"
            found, _ = self._reader.ask(config, "answer", **asked, ticket=inside)
            if not found["same"]:
                return Written(self._text(config, question.answer), note=ANOTHER_FILE), {}
            tickets[inside] = [{"file": str(one.file), "where": at} for at in found["found"]]
            remarks = dict.fromkeys(found["claimed"], CLAIM_ONLY)
            if not beside:  # else it may stand on a photograph
                remarks |= dict.fromkeys(found["unanswered"], NOT_ANSWERED)
            return Written([_part(part) for part in found["parts"]], beside=beside, remarks=remarks), tickets

        def raw(reason: str) -> Written:
            return Written(raw=question.answer, note=f"Shown as it was typed: {reason}.")

        def seen(ticket: str) -> tuple[Written, Tickets]:
            written, tickets = read(ticket)
            if question.answer.strip() and _shows_nothing(written):
                written = replace(written, parts=(), raw=question.answer, note=UNSEEN)
            return written, tickets

        return self._remembered(self._answers, key, seen, raw)

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
        places = self._tickets.get(ticket) or ()
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

        def read(ticket: str) -> tuple[Cells, Tickets]:
            found, _ = self._reader.ask(config, "cells", file=str(file), ticket=ticket)
            rows = [_row(row) for row in found["rows"]]
            places = [{"file": str(file), "where": at} for at in found["found"]]
            return Cells(rows, found["more"], found["digest"]), {ticket: places}

        def nothing(reason: str) -> Cells:
            return Cells(problem=f"It cannot be shown: {reason}.")

        key = (file, status.st_mtime_ns, status.st_size)
        return self._remembered(self._notebooks, key, read, nothing)

    def _text(self, config: Path, text: str) -> list[Part]:
        if not text.strip():
            return []
        found, _ = self._reader.ask(config, "text", text=text)
        return [Part(Markup(found["html"]))]

    def _remembered(
        self,
        kept: Remembered[_Entry[Shown]],
        key: Hashable,
        read: Callable[[str], tuple[Shown, Tickets]],
        instead: Callable[[str], Shown],
    ) -> Shown:
        """What was read before, or is read now; who wants what is known does not wait for who reads.

        Args:
            read: takes a new ticket; gives what is to be kept, and where pictures lie by their tickets.
            instead: what stands for something that could not be read, for a reason.
        """
        entry = kept.get(key)
        if entry is None:
            with self._reading:
                entry = kept.get(key)  # somebody may have read it while we waited
                if entry is None:
                    seconds = float("inf")
                    try:
                        entry = _Entry(*read(secrets.token_urlsafe(16)))
                    except Unread as reason:
                        entry, seconds = _Entry(instead(plain(str(reason), 300)), {}), AGAIN_AFTER
                    kept.put(key, entry, seconds)
        for ticket, places in entry.tickets.items():
            self._tickets.put(ticket, places)
        return entry.shown


def _part(part: Mapping[str, Any]) -> Part:
    return Part(Markup(part["html"]), part["code"], part["pictures"], part["item"])


def _row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "html": Markup(row["html"])}


def _shows_nothing(written: Written) -> bool:
    """Whether what was typed leaves nothing to look at, as a comment of HTML or blanks without width do."""
    if written.raw or written.beside or any(one.code or one.pictures for one in written.parts):
        return False
    html = Markup().join(one.html for one in written.parts)
    return "<img" not in html and not any(one.isprintable() and one != " " for one in html.striptags())


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
