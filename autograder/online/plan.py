"""What would change in the LMS: one student after the other, from what is there at that moment."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from autograder.errors import UsageError
from autograder.files.visible import number
from autograder.online.fitted import withheld
from autograder.online.service import PAGE, File, Held, LmsService, OnlineAssignment, Participant
from autograder.store.going_back import ClassGoingBack, GoingBack
from autograder.store.pushed import Entry, Kept, Written

_EQUAL = 5e-6
"""Marks that differ by less are the same: Moodle keeps five decimals."""
OTHERS = "which this program did not write; --replace writes over it"
_NOTHING = Held()
_ONE_MARK = "members of a team have different marks, and the LMS gives one mark to the whole team"
_AGAIN = "handed in again after these marks were published"


@dataclass(frozen=True)
class Planned:
    """What is to happen with one student.

    Attributes:
        name: for people; untrusted.
        submission: id of the submission that it is of.
        person: ``None``: nobody in the LMS is meant, and nothing happens.
        before: what the LMS holds now.
        after: what it is to hold; ``None``: nothing is written.
        changes: what is different then, a few words each; nothing: it is all there already.
        held_back: why nothing is written though something is different; empty where something is.
        notes: what a person should know, a sentence each.
    """

    name: str
    submission: str
    person: Participant | None = None
    before: Held = _NOTHING
    after: Held | None = None
    changes: tuple[str, ...] = ()
    held_back: str = ""
    notes: tuple[str, ...] = ()


def planned(
    service: LmsService,
    going: ClassGoingBack,
    newest: Mapping[int, Entry],
    page_of: Callable[[GoingBack], bytes],
    *,
    replacing: bool,
) -> Iterator[Planned]:
    """Go through a class; each student is asked for when their turn comes.

    Args:
        newest: what this program wrote last to each person.
        page_of: the feedback page of a submission.
        replacing: whether marks and comments are replaced that this program did not write.

    Raises:
        ServiceError: the LMS does not tell.
        UsageError: teams hand in there and not here, or the other way round.
    """
    assignment = service.assignment()
    if assignment.teams != going.teams:
        there, here = ("teams", "students") if assignment.teams else ("students", "teams")
        raise UsageError(
            f"{there} hand in at {service.title}, {here} in grading_config.yml (lms, teams): correct it and "
            "publish again"
        )
    found = [(one, _meant(one, going)) for one in _Found.of(service, going)]
    times = Counter(person.user for one, _ in found for person in one.people)
    marks = defaultdict(set)
    for one, meant in found:
        for person in () if meant.held_back else one.people:
            marks[person.team].add(one.row.mark)
    for one, meant in found:
        if meant.held_back or not one.people:
            yield meant
        for name in one.missing:
            yield replace(meant, held_back=_nobody(name))
        for person in () if meant.held_back else one.people:
            if times[person.user] > 1:
                yield replace(meant, person=person, held_back="several submissions are theirs")
                continue
            if assignment.one_mark and len(marks[person.team]) > 1:
                yield replace(meant, person=person, held_back=_ONE_MARK)
                continue
            last, waits = newest.get(person.user), withheld(going, assignment)
            asked = _Asked(meant, person, service, last, going.when, replacing, waits)
            yield asked.planned(one.row, page_of)


@dataclass(frozen=True)
class _Found:
    """Who is meant by a row."""

    row: GoingBack
    people: Sequence[Participant]
    missing: Sequence[str] = ()

    @classmethod
    def of(cls, service: LmsService, going: ClassGoingBack) -> Sequence[_Found]:
        people = service.participants()
        by_number = {name: one for one in people for name in one.numbers}
        teams, by_email = defaultdict(list), defaultdict(list)
        for one in people:
            teams[one.team].append(one)
            if not one.numbered and one.email:
                by_email[one.email.casefold()].append(one)
        found = []
        for row in going.people:
            if going.teams and not row.members:
                meant = teams[row.lms_id] if row.lms_id or service.joins_the_rest else []
            else:
                meant = [by_number[name] for name in row.members or (row.lms_id,) if name in by_number]
                alike = by_email.get(row.email.casefold(), []) if row.email and not going.teams else []
                meant = meant or (alike if len(alike) == 1 else [])
            found.append(cls(row, meant, [name for name in row.members if meant and name not in by_number]))
        return found


def _meant(found: _Found, going: ClassGoingBack) -> Planned:
    row = found.row
    if row.mark is None:
        return Planned(row.student, row.id, held_back=row.held_back or "no mark goes back")
    if found.people:
        return Planned(row.student, row.id)
    if not row.lms_id:
        why = "the LMS gave it no number, so nothing tells whose it is"
    elif going.teams:
        why = f"nobody in the course is in the team with the number {row.lms_id[:40]}"
    else:
        why = _nobody(row.lms_id)
    return Planned(row.student, row.id, held_back=why)


def _nobody(number: str) -> str:
    return f"the course has no participant {number[:40]}: suspended, gone, or of another assignment"


@dataclass(frozen=True)
class _Asked:
    """One student on the way to a plan.

    Attributes:
        published: when; UTC, ISO 8601.
        withheld: whether comment and page wait.
    """

    meant: Planned
    person: Participant
    service: LmsService
    last: Entry | None
    published: str
    replacing: bool
    withheld: bool

    def planned(self, row: GoingBack, page_of: Callable[[GoingBack], bytes]) -> Planned:
        assert row.mark is not None
        assignment, person = self.service.assignment(), self.person
        name = person.name if person.name and not assignment.blind else self.meant.name
        result = replace(self.meant, name=name, person=person)
        if why := self._no_mark_because(row.mark, assignment):
            return replace(result, held_back=why)
        before = self._filled_in(self.service.held(person))
        page, notes = page_of(row) if assignment.pages and not self.withheld else b"", []
        if len(page) > assignment.largest_page:
            page = b""
            notes.append(f"the page is larger than the {assignment.largest_page >> 20} MB that the LMS takes")
        tells = assignment.comments and not self.withheld
        comment = self.service.comment(row.comment) if tells else before.comment
        after = Held(row.mark, comment, _with_page(before.files, page) if page else before.files)
        if same_comment(before.comment, comment):
            after = replace(after, comment=before.comment)
        if self._has_files(before, after):
            after = replace(after, files=None)
        changes = differences(before, after)
        if person.handed_in and person.handed_in.when > _seconds(self.published):
            notes.append(_AGAIN)
        why = "" if self.replacing or not changes else self._others(before, after)
        return replace(
            result, before=before, after=None if why or not changes else after, changes=changes,
            held_back=why, notes=tuple(notes),
        )  # fmt: skip

    def _no_mark_because(self, mark: float, assignment: OnlineAssignment) -> str:
        if self.person.locked:
            return self.person.locked
        if mark > assignment.maximum:
            most = number(assignment.maximum)
            return f"the mark {number(mark)} is above the assignment's maximum grade ({most})"
        if self.person.handed_in and self.person.handed_in.status == "reopened":
            return "a further attempt is open, and the mark would go to it"
        return ""

    def _filled_in(self, held: Held) -> Held:
        """What the LMS does not tell before marks are released is what this program wrote, if it did."""
        after = self._known(held)
        return replace(held, comment=after.comment) if held.comment is None and after else held

    def _known(self, held: Held) -> Kept | None:
        """What this program has written and read back, if the mark is still that."""
        last = self.last
        if last is None or last.state is not Written.DONE or not same_mark(held.mark, last.after.mark):
            return None
        return last.after

    def _has_files(self, before: Held, after: Held) -> bool:
        """Whether the files are there already, as far as the LMS or the journal tells."""
        known = self._known(before) if before.files is None else None
        return (known.files if known else names_of(before.files)) == names_of(after.files)

    def _others(self, before: Held, after: Held) -> str:
        """What of somebody else's would be replaced."""
        ours = self.last.after if self.last else Kept(None, None, None)
        if before.mark is not None and not any(
            same_mark(before.mark, one) for one in (after.mark, ours.mark)
        ):
            return f"there is a mark, {number(before.mark)}, {OTHERS}"
        if before.comment and not any(
            same_comment(before.comment, one) for one in (after.comment, ours.comment)
        ):
            return f"there is a comment, {OTHERS}"
        return ""


def _with_page(files: tuple[File, ...] | None, page: bytes) -> tuple[File, ...]:
    """The files that are there, with the page in the place of an older one: an upload replaces them all."""
    return (*(one for one in files or () if one.name != PAGE), File(PAGE, page))


def same_mark(one: float | None, other: float | None) -> bool:
    """Whether two marks are the same for an LMS that keeps five decimals."""
    return one is other if one is None or other is None else abs(one - other) < _EQUAL


def same_comment(one: str | None, other: str | None) -> bool:
    """Whether two comments say the same, however an LMS writes a line break or a quote."""
    return one is other if one is None or other is None else _said(one) == _said(other)


def _said(comment: str) -> str:
    return " ".join(html.unescape(re.sub(r"<br\s*/?>", "\n", comment)).split())


def differences(before: Held, after: Held) -> tuple[str, ...]:
    """What is different, a few words each.

    What the LMS does not tell before counts as different; files that are ``None`` after stay as they are.
    """
    changes = []
    if not same_mark(before.mark, after.mark):
        changes.append(f"mark {_shown(before.mark)} → {_shown(after.mark)}")
    if not same_comment(before.comment, after.comment):
        changes.append("comment" if before.comment else "new comment")
    if after.files is not None and names_of(before.files) != names_of(after.files):
        changes.append("new page" if after.files and not before.files else "page")
    return tuple(changes)


def names_of(files: Sequence[File] | None) -> Mapping[str, str] | None:
    """Digests of files by their names."""
    return None if files is None else {one.name: one.digest for one in files}


def _shown(mark: float | None) -> str:
    return "–" if mark is None else number(mark)


def _seconds(when: str) -> float:
    return datetime.fromisoformat(when).timestamp()
