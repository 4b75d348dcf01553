"""A class as a table: a row for each submission, which can be chosen, sorted and searched; what fails most.

A row is made once for each grade, also as HTML, and kept as long as the grade is the same: a class of
hundreds is shown again after each score.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.datastructures import QueryParams

from autograder.files.visible import number
from autograder.marks import unscored
from autograder.model import Grade, Status
from autograder.report.class_summary import kinds_of_failure, mark
from autograder.report.grades import changes, remarks
from autograder.review.desk import ClassNow
from autograder.review.site import fragment

LONGEST_SEARCH = 100
"""Characters of a search."""

MOST_FAILURES = 5
"""Failures of one question that are listed."""


class Show(StrEnum):
    """Which submissions are shown."""

    ALL = "all"
    WAITING = "waiting"
    NOT_GRADABLE = "not-gradable"
    FLAGGED = "flagged"
    CHANGED = "changed"
    LATE = "late"


class Sort(StrEnum):
    """By what they are sorted; ``CLASS`` is the order of the class."""

    CLASS = "class"
    NAME = "name"
    SCORE = "score"
    REMARKS = "remarks"


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see.

    Attributes:
        down: whether the largest comes first.
        search: in names, identifiers and names of files; empty: nothing is searched for.
        failure: token of the failure that all have; empty: any.
    """

    show: Show = Show.ALL
    sort: Sort = Sort.CLASS
    down: bool = False
    search: str = ""
    failure: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> Asked:
        """What an address asks for; what it asks wrongly is not asked."""
        show, sort = query.get("show", ""), query.get("sort", "")
        return cls(
            Show(show) if show in list(Show) else Show.ALL,
            Sort(sort) if sort in list(Sort) else Sort.CLASS,
            query.get("down") == "1",
            query.get("search", "").strip()[:LONGEST_SEARCH],
            query.get("failure", "")[:64],
        )

    def address(self) -> str:
        """The page that shows it."""
        named = {
            "show": self.show if self.show is not Show.ALL else "",
            "sort": self.sort if self.sort is not Sort.CLASS else "",
            "down": "1" if self.down else "",
            "search": self.search,
            "failure": self.failure,
        }
        given = urlencode({name: str(value) for name, value in named.items() if value})
        return f"/?{given}#students" if given else "/#students"

    def showing(self, show: Show) -> str:
        """Another choice, in the same order."""
        return replace(self, show=show, failure="").address()

    def failing(self, token: str) -> str:
        """All who have a failure."""
        return replace(self, show=Show.ALL, failure=token, search="").address()

    def sorted_by(self, sort: Sort) -> str:
        """The same in another order, or the other way round; numbers begin with the largest."""
        first_down = sort in (Sort.SCORE, Sort.REMARKS)
        return replace(self, sort=sort, down=not self.down if self.sort is sort else first_down).address()


@dataclass(frozen=True)
class Row:
    """One submission.

    Attributes:
        grade: of which the row was made.
        waiting: names of the questions that wait for a person.
        remarks: what the course team should see, worst first.
        failures: what failed: question, token and message of each kind.
        points: of the questions with a verdict, by name.
        html: as it stands in the table.
    """

    grade: Grade
    name: str
    score: float
    waiting: frozenset[str]
    remarks: Sequence[str]
    is_changed: bool
    is_late: bool
    failures: Sequence[tuple[str, str, str]]
    points: Mapping[str, float]
    html: Markup

    @property
    def graded(self) -> bool:
        """Whether it could be graded."""
        return self.grade.status is Status.GRADED

    def is_shown(self, show: Show) -> bool:
        """Whether it is among them."""
        match show:
            case Show.WAITING:
                return bool(self.waiting)
            case Show.NOT_GRADABLE:
                return not self.graded
            case Show.FLAGGED:
                return bool(self.grade.flags or self.grade.limits_hit)
            case Show.CHANGED:
                return self.is_changed
            case Show.LATE:
                return self.is_late
        return True

    def is_found(self, search: str) -> bool:
        """Whether its names contain a text."""
        one = self.grade.submission
        return any(search.casefold() in text.casefold() for text in (self.name, one.lms_id, one.source))

    def has(self, token: str) -> bool:
        """Whether it has a failure."""
        return any(token == other for _, other, _ in self.failures)


@dataclass(frozen=True)
class Failure:
    """A failure that several have.

    Attributes:
        token: of it.
        message: of one of them.
        count: how many have it.
    """

    token: str
    message: str
    count: int


@dataclass(frozen=True)
class Question:
    """A question with tests, over all graded submissions.

    Attributes:
        mean: points; ``None`` where nobody has a verdict.
        full: share of those with a verdict who have all points, 0 to 1.
        failures: the most frequent ones.
        more: failures that are not among these.
    """

    name: str
    title: str
    possible: float
    mean: float | None
    full: float
    failures: Sequence[Failure]
    more: int


@dataclass(frozen=True)
class ByHand:
    """A question that a person scores, over all graded submissions.

    Attributes:
        done, of: how many are scored, and how many there are.
    """

    name: str
    title: str
    done: int
    of: int


@dataclass(frozen=True)
class ClassTable:
    """A class, ready to be shown."""

    rows: Sequence[Row]
    questions: Sequence[Question]
    by_hand: Sequence[ByHand]

    def count(self, show: Show) -> int:
        """How many are among them."""
        return sum(row.is_shown(show) for row in self.rows)

    @property
    def graded(self) -> int:
        """How many could be graded."""
        return sum(row.graded for row in self.rows)

    @property
    def waiting(self) -> int:
        """Answers that wait for a person's points."""
        return sum(len(row.waiting) for row in self.rows)

    def message_of(self, token: str) -> str:
        """A failure's message; empty where nobody has it."""
        every = (failure for row in self.rows for failure in row.failures)
        return next((message for _, other, message in every if other == token), "")

    def asked(self, asked: Asked) -> Sequence[Row]:
        """The rows that somebody wants to see, in their order."""
        found = [
            row
            for row in self.rows
            if row.is_shown(asked.show)
            and (not asked.search or row.is_found(asked.search))
            and (not asked.failure or row.has(asked.failure))
        ]
        if (key := _KEYS.get(asked.sort)) is not None:
            found.sort(key=key, reverse=asked.down)
        return found


_KEYS: Mapping[Sort, Callable[[Row], str | float]] = {
    Sort.NAME: lambda row: row.name.casefold(),
    Sort.SCORE: lambda row: row.score,
    Sort.REMARKS: lambda row: float(len(row.remarks)),
}


class Tables:
    """Makes tables of a class, and keeps the rows that are still right. Any thread may call."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    def table(self, now: ClassNow) -> ClassTable:
        """The class as a table."""
        known, rows = self._rows, {}
        for id, grade in now.grades.items():
            row = known.get(id)
            rows[id] = row if row is not None and row.grade is grade else _row(grade, now)
        self._rows = rows
        every = list(rows.values())
        graded = [row for row in every if row.graded]
        questions = [_question(one.name, one.title, one.points, graded) for one in now.config.questions]
        return ClassTable(
            every, questions, [_by_hand(one.name, one.title, graded) for one in now.config.manual]
        )


def _row(grade: Grade, now: ClassNow) -> Row:
    graded, one = grade.status is Status.GRADED, grade.submission
    row = Row(
        grade=grade,
        name=one.student or one.id,
        score=grade.score if graded else -1.0,
        waiting=frozenset(question.name for question in unscored(grade)),
        remarks=remarks(grade),
        is_changed=bool(changes(grade)),
        is_late=bool(one.late) or (one.late_seconds or 0) > 0,
        failures=list(_failures(grade)) if graded else [],
        points={question.name: question.points for question in grade.questions if question.checked},
        html=Markup(),
    )
    return replace(row, html=fragment("class_row.html", row=row, cells=_cells(grade, now)))


def _cells(grade: Grade, now: ClassNow) -> Sequence[tuple[str, str]]:
    """How each question's points look, and what they are, in the order of the configuration."""
    found = {one.name: (mark(one), number(one.points, 2) if one.checked else "?") for one in grade.questions}
    for by_hand in grade.manual:
        points = by_hand.points
        found[by_hand.name] = ("waits", "…") if points is None else ("", number(points, 2))
    names = [*(one.name for one in now.config.questions), *(one.name for one in now.config.manual)]
    return [found.get(name, ("", "")) for name in names]


def _failures(grade: Grade) -> Iterable[tuple[str, str, str]]:
    for question in grade.questions:
        for kind, message in kinds_of_failure(question.failures).items():
            # Addresses end in the browser's history: they carry nothing of what students wrote.
            token = hashlib.sha256(f"{question.name}\0{kind}".encode("utf-8", "replace")).hexdigest()[:16]
            yield question.name, token, message


def _question(name: str, title: str, possible: float, graded: Sequence[Row]) -> Question:
    points = [row.points[name] for row in graded if name in row.points]
    counts: Counter[str] = Counter()
    messages: dict[str, str] = {}
    for row in graded:
        for question, token, message in row.failures:
            if question == name:
                counts[token] += 1
                messages.setdefault(token, message)
    most = counts.most_common(MOST_FAILURES)
    return Question(
        name=name,
        title=title or name,
        possible=possible,
        mean=sum(points) / len(points) if points else None,
        full=sum(one >= possible for one in points) / len(points) if points else 0.0,
        failures=[Failure(token, messages[token] or "no message", count) for token, count in most],
        more=len(counts) - len(most),
    )


def _by_hand(name: str, title: str, graded: Sequence[Row]) -> ByHand:
    asked = [row for row in graded if any(one.name == name for one in row.grade.manual)]
    return ByHand(name, title or name, sum(name not in row.waiting for row in asked), len(asked))
