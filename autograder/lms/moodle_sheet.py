"""Moodle's offline grading worksheet, as it is downloaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from autograder.lms.model import Person, Worksheet
from autograder.lms.moodle_words import LANGUAGES, SECONDS, Words
from autograder.lms.names import moment
from autograder.lms.rows import Row, another_file, damaged, headings_of, read_csv, records, text_of

MISSING = "-"
"""How Moodle writes a date that there is none of."""

_IDENTIFIER = r"(\D*)(\d+)"
_DATE = re.compile(r"(\d{1,2})\.? ([^\W\d]+) (\d{4}), (\d{1,2}:\d{2})(?:\s*([AP]M))?\s*$", re.IGNORECASE)


def read_worksheet(data: bytes) -> Worksheet:
    """The list of the class in a worksheet.

    Raises:
        UsageError: it is another file, or in a language that is not known, or a program has damaged it.
    """
    rows = _rows(data)
    headings = headings_of(rows)
    there = Row(zip(headings, headings, strict=True))
    for language, words in LANGUAGES.items():
        if all(heading in there for heading in (words.identifier, words.grade, words.graded)):
            return Worksheet(headings, tuple(_people(rows, words)), language)
    wanted = "; ".join(f"{words.identifier}, {words.grade}, …" for words in LANGUAGES.values())
    raise another_file(
        headings,
        f"Moodle's offline grading worksheet in English or German ({wanted}): download it again with one of "
        "these languages",
    )


def in_iso(text: str) -> str:
    """A date of the worksheet in the only form that Moodle reads in every language."""
    date = _date(text)
    return date.strftime("%Y-%m-%d %H:%M") if date else text or MISSING


def _rows(data: bytes) -> list[list[str]]:
    """The rows of the file; if they are not equally long, as PHP wrote them.

    After a backslash PHP leaves one quote as it is: a student who writes ``\\"`` must not keep the TA from
    reading the list. Where just one quote stands before the end of a cell it may end it or not.
    """
    text = text_of(data)
    ending = re.sub(r'\\"(?![",;\t\r\n]|\Z)|\\""+', r'\g<0>"', text)
    as_it_is = read_csv(text)
    others = map(read_csv, (ending, re.sub(r'\\"+', r'\g<0>"', text)))
    regular = (rows for rows in chain([as_it_is], others) if len({len(row) for row in rows if row}) == 1)
    return next(regular, as_it_is)


def _people(rows: Sequence[Sequence[str]], words: Words) -> Iterator[Person]:
    first = ""
    for line, row in records(rows, words.identifier, "a number at the end of", _IDENTIFIER):
        word, digits = re.split(_IDENTIFIER, row.cell(words.identifier))[1:3]
        first = first or word
        # Moodle cuts as many characters as its own word has: with a blank too few it is another student.
        if word != first or word == words.identity.strip() != words.identity:
            raise damaged(line, f"{words.identity}{digits[:20]} as Moodle writes it, not {word[:40]!r}")
        yield _person(digits, row, words)


def _person(lms_id: str, row: Row, words: Words) -> Person:
    status = row.get(words.status, "")
    late = next((part for part in status.split(" - ") if part.strip().endswith(f" {words.late}")), "")
    draft = status.startswith(words.draft)
    return Person(
        lms_id=lms_id,
        name=row.get(words.full_name, ""),
        login=row.get(words.email, ""),
        group=row.get(words.group, ""),
        mark=row.get(words.grade, ""),
        submitted=_date(row.get(words.submitted, "")),
        late_seconds=_seconds(late, words) if late else 0.0,
        late=bool(late),
        handed_in=not (draft or status.startswith(words.nothing_handed_in)) if status else None,
        draft=draft,
        comment=row.cell(words.comment),
        cells=row,
    )


def _seconds(text: str, words: Words) -> float | None:
    """``1 min 13 secs late`` in seconds; ``None`` where a unit is not known."""
    total = 0
    for count, unit in re.findall(r"(\d+)\s+([^\W\d]+)", text):
        lengths = zip(words.units, SECONDS, strict=True)
        length = next((seconds for word, seconds in lengths if unit.startswith(word)), None)
        if length is None:
            return None
        total += int(count) * length
    return float(total)


def _date(text: str) -> datetime | None:
    """``Sunday, 22 November 2026, 2:31 PM``, or the same in German; ``None`` when it is neither."""
    found = _DATE.search(text)
    if not found:
        return None
    day, name, year, time, half = found.groups()
    months = [words.months.index(name) + 1 for words in LANGUAGES.values() if name in words.months]
    if not months:
        return None
    form = "%d %m %Y %I:%M %p" if half else "%d %m %Y %H:%M"
    return moment(f"{day} {months[0]} {year} {time}{f' {half}' if half else ''}", form)
