"""A class as it is now, beside what was written of it last: whose mark is new, whose has changed, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from autograder.files.visible import number, plain
from autograder.model import Grade, Override
from autograder.review.desk import ClassNow
from autograder.store.published import Back, Publication, back_of
from autograder.store.records import Record, State, What

UPLOAD = Path("lms") / "UPLOAD.md"
"""In the report's folder, where there is an LMS."""

MOST_REASONS = 6
"""That are named for one student."""

_MARKS = frozenset({What.POINTS, What.ITEM, What.OVERRIDE})
_READ_BY_STUDENTS = frozenset({*_MARKS, What.COMMENT, What.EXCUSE})


class Kind(StrEnum):
    """What has become of somebody's mark. The values are what the page's address has."""

    CHANGED = "changed"
    NEW = "new"
    HELD = "held"
    FEEDBACK = "feedback"
    SAME = "same"
    GONE = "gone"


@dataclass(frozen=True)
class Row:
    """One student in the comparison.

    Attributes:
        id: of the submission.
        before: mark that went back last time; ``None`` where none did.
        now: mark that would go back now; ``None`` where none would.
        of: points that can be earned.
        why: sentences without a full stop.
    """

    id: str
    student: str
    kind: Kind
    before: float | None
    now: float | None
    of: float
    why: Sequence[str]


def compared(
    now: ClassNow, last: Publication | None, *, partial: bool, written: Publication | None = None
) -> Sequence[Row]:
    """Everybody, what is to be looked at first; within a kind in the class's order.

    Args:
        last: what to compare with: what was written last, or before that.
        partial: whether marks go back though a person has not scored everything.
        written: what was written since then; whose page reads otherwise there is told, too.
    """
    decided = _decided_since(now.state, last.seen if last else 0)
    titles = {one.name: one.title for one in now.config.questions}
    titles |= {one.name: one.title for one in now.config.manual}
    before = last.back if last else {}
    rows = [
        _row(grade, before.get(id), decided.get(id, ()), titles, partial=partial)
        for id, grade in now.grades.items()
    ]
    pages = {id: one.page for id, one in written.back.items()} if written else {}
    rows = [_with_page(row, before.get(row.id), pages.get(row.id, "")) for row in rows]
    gone = [(id, back) for id, back in before.items() if id not in now.grades]
    rows += [
        Row(id, back.student, Kind.GONE, back.mark, None, back.possible, ("not in the class any more",))
        for id, back in gone
    ]
    order = list(Kind)
    return sorted(rows, key=lambda row: order.index(row.kind))


def is_to_write(out: Path, rows: Sequence[Row], last: Publication | None, *, partial: bool) -> bool:
    """Whether the files would say something else than they do, or are not there: a writing was broken off.

    Args:
        out: the report's folder.
        rows: of :func:`compared`.
        last: what was written last.
        partial: whether marks would go back though a person has not scored everything.
    """
    as_before = (Kind.SAME, Kind.HELD)
    if last is None or last.partial != partial or (last.marks is not None and not (out / UPLOAD).is_file()):
        return True
    return any(row.kind not in as_before for row in rows)


def _decided_since(state: State, number: int) -> Mapping[str, Sequence[Record]]:
    """What students can read of what was decided after a record, by the submission's id."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in state.records():
        if record.number > number and record.subject.what in _READ_BY_STUDENTS:
            found[record.subject.student].append(record)
    return found


def _row(
    grade: Grade, before: Back | None, decided: Sequence[Record], titles: Mapping[str, str], *, partial: bool
) -> Row:
    after = back_of(grade, partial=partial)
    mark, held = after.mark, after.held_back
    was = before.mark if before else None
    why: list[str] = []
    if mark is not None and before and before.by_lms:
        mark, held = None, f"last time: {before.held_back}"
    if mark is None:
        kind = Kind.HELD if was is None else Kind.CHANGED
        why = [held]
    elif was is None:
        kind = Kind.NEW
        why = [f"last time: {before.held_back}"] if before else []
    elif was != mark:
        kind = Kind.CHANGED
        assert before is not None
        why = list(_reasons(before, after, decided, titles))
        why = why or ["lateness or rounding: the policy, or the time of handing in, is another one"]
    else:
        why = list(_feedback(decided, titles))
        kind = Kind.FEEDBACK if why else Kind.SAME
    return Row(
        grade.submission.id, grade.submission.student or grade.submission.id, kind, was, mark, after.possible,
        tuple(dict.fromkeys(why))[:MOST_REASONS],
    )  # fmt: skip


def _with_page(row: Row, before: Back | None, page: str) -> Row:
    """The row of somebody whose page was written otherwise although nothing else has changed."""
    if row.kind is not Kind.SAME or not page or before is None or before.page == page:
        return row
    return replace(row, kind=Kind.FEEDBACK, why=("the page reads otherwise",))


def _reasons(
    before: Back, after: Back, decided: Sequence[Record], titles: Mapping[str, str]
) -> Iterator[str]:
    """Why a mark is another one: question by question, and lateness."""
    for name in dict.fromkeys([*after.points, *before.points]):
        was, now = (one.points.get(name) for one in (before, after))
        if was != now:
            points = f"{_points(was)} → {_points(now)}"
            yield f"{_called(name, titles)}: {points} ({_by(name, decided)})"
    excuses = [one for one in decided if one.subject.what is What.EXCUSE]
    if excuses:
        newest = max(excuses, key=lambda one: one.number)
        what = "lateness excused" if newest.after is not None else "lateness is no longer excused"
        yield f"{what} ({_who(newest)})"


def _by(question: str, decided: Sequence[Record]) -> str:
    """Who decided about a question's points; the tests where nobody did."""
    about = [one for one in decided if one.subject.question == question and one.subject.what in _MARKS]
    if not about:
        return "graded again"
    newest = max(about, key=lambda one: one.number)
    return _who(newest)


def _who(record: Record) -> str:
    """Who decided, and the reason that students read."""
    reason = f": {plain(record.after.reason, 120)}" if isinstance(record.after, Override) else ""
    return f"{plain(record.who, 40)}{reason}"


def _feedback(decided: Sequence[Record], titles: Mapping[str, str]) -> Iterator[str]:
    """What students read otherwise than last time, though their mark is the same."""
    first: dict[object, Record] = {}
    newest: dict[object, Record] = {}
    for record in sorted(decided, key=lambda one: one.number):
        first.setdefault(record.subject, record)
        newest[record.subject] = record
    for subject, record in newest.items():
        if first[subject].before != record.after:
            what = "points" if record.subject.what is What.ITEM else record.subject.what.value
            yield f"{_called(record.subject.question, titles)}: {what} ({_who(record)})"


def _called(name: str, titles: Mapping[str, str]) -> str:
    return plain(titles.get(name, name) or "the submission", 80)


def _points(value: float | None) -> str:
    return "nothing" if value is None else number(value, 2)
