"""``lms/UPLOAD.md``: what to do with the files, what to compare afterwards, and whom it concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.files.visible import number, plain
from autograder.lms.base import Lms
from autograder.lms.handback import Written
from autograder.lms.model import Person, Returned, Worksheet
from autograder.marks import unscored
from autograder.model import Entry, Status

MOST_LISTED = 200
"""People that one list names."""


@dataclass(frozen=True)
class UploadPage:
    """What there is to tell.

    Attributes:
        title: of the lab.
        grades: of those under names of the LMS; ``others``: of the rest.
        returned: a row for each student of ``grades``.
        written: the files.
        pages: how many feedback pages are in each archive, by its name.
        partial: whether marks go back though a person has not scored everything.
        nothing: why nothing at all can go back; empty where something can.
        scale: what is said of another maximum than the lab's; may be empty.
        drafts: what was never submitted; ``drafts_go_back``: whether its marks go back all the same.
        replaced_comments: who has a comment in the LMS that somebody wrote, and that another one replaces.
    """

    lms: Lms
    title: str
    grades: Sequence[Entry]
    others: Sequence[Entry]
    returned: Sequence[Returned]
    written: Written
    pages: Mapping[str, int]
    partial: bool
    nothing: str
    scale: str
    drafts: Sequence[Returned]
    drafts_go_back: bool
    replaced_comments: Sequence[Returned]

    def lines(self) -> Iterator[str]:
        """The page as Markdown, without line breaks."""
        yield f"# {self.lms.title}: {_text(self.title)}"
        yield ""
        if self.nothing:
            yield f"**Nothing can go back**: {self.nothing}"
        else:
            yield from self._what_to_do()
            yield from self._to_be_scored()
        for heading, lines in self._lists():
            if lines:
                yield from ("", f"## {heading} ({len(lines)})", "")
                yield from (f"- {_text(line)}" for line in lines[:MOST_LISTED])
                if len(lines) > MOST_LISTED:
                    yield f"- and {len(lines) - MOST_LISTED} more"

    def _what_to_do(self) -> Iterator[str]:
        for said in self._on_top():
            yield from (_text(said), "")
        graded = sum(grade.status is Status.GRADED for grade in self.grades)
        yield f"{graded} of {len(self.grades)} submissions are graded. Upload, in this order:"
        yield ""
        steps = [f"`{step.file}` – {_text(step.text)}" for step in self.written.steps]
        for place, step in enumerate([*steps, *map(_text, self.lms.last(self.written.back))], start=1):
            yield f"{place}. {step}"
        if self.lms.uploads_itself:
            yield ""
            yield self.lms.uploads_itself
        compared = f"marks: {len(self.written.back.marked)}"
        compared += "".join(f"; pages in `{name}`: {count}" for name, count in self.pages.items())
        yield ""
        yield f"To compare with what {self.lms.title} reports afterwards: {compared}."
        for line in self.lms.reports(self.written.back):
            yield from ("", _text(line))
        if not self.lms.met:
            yield ""
            yield (
                f"All this is made after the documentation of {self.lms.title}; no real one was seen yet. "
                "Try it with one student first."
            )

    def _on_top(self) -> Iterator[str]:
        if self.written.nothing:
            yield f"No mark goes back: {self.written.nothing}."
        if self.scale:
            yield f"Mind: {self.scale}."
        yield from self.lms.first(self.written.back)
        if self.replaced_comments:
            yield (
                f"Mind: {len(self.replaced_comments)} comment(s) that somebody wrote in {self.lms.title} "
                "would be replaced; they are listed below."
            )

    def _to_be_scored(self) -> Iterator[str]:
        """What a person still has to score, question by question in the lab's order."""
        scores: dict[str, list[float | None]] = defaultdict(list)
        for grade in self.grades:
            for one in grade.manual if grade.status is Status.GRADED else ():
                scores[one.title].append(one.points)
        missing = {title: found.count(None) for title, found in scores.items() if None in found}
        if missing:
            yield ""
            yield "**Not all is scored by a person yet**, " + (
                "and what is not scored is not in the mark: fill in `manual.csv` and run the same command "
                "again before you upload."
                if self.partial
                else "and no mark goes back of those whose points are missing: fill in `manual.csv` and run "
                "the same command again, or run it with `--partial` for marks without these points."
            )
            yield ""
            for title, count in missing.items():
                yield f"- {_text(title)}: {count} of {len(scores[title])} not scored"

    def _lists(self) -> Iterator[tuple[str, list[str]]]:
        """Who has to be named, a line each, below a heading."""
        title, back = self.lms.title, self.written.back
        yield (
            "Marks that replace another one",
            [
                f"{_person(one)}: {plain(one.person.mark, 40)} → {number(one.mark)}"
                for one in back.marked
                if one.person and one.replaces_mark
            ],
        )
        yield (
            f"Comments in {title} that these replace",
            [
                f"{_person(one)}: {plain(one.person.comment, 300)}"
                for one in self.replaced_comments
                if one.person
            ],
        )
        drafts = "graded like the others" if self.drafts_go_back else "nothing goes back (lms, drafts)"
        yield f"Drafts, never submitted in {title}: {drafts}", [_person(one) for one in self.drafts]
        yield from self._without_mark()
        by_hand: dict[str, list[str]] = defaultdict(list)
        for one in self.lms.by_hand(back):
            by_hand[one.feedback.name].append(_person(one))
        yield (
            "Pages that the archive of teams does not take to these students: attach them by hand",
            [f"feedback/{name}: {', '.join(people)}" for name, people in by_hand.items()],
        )
        yield (
            "In the upload, but under no name that tells whose it is: nothing goes back",
            [plain(grade.submission.source, 200) for grade in self.others],
        )
        if back.worksheet:
            unknown = [one for one in self.returned if one.lms_id and one.person is None]
            yield "Graded, but not on your worksheet", [_person(one) for one in unknown]
            yield "On your worksheet, but without a submission", self._missing(back.worksheet)

    def _without_mark(self) -> Iterator[tuple[str, list[str]]]:
        refused = [grade for grade in self.grades if grade.status is not Status.GRADED]
        yield (
            "No mark goes back, because it could not be graded",
            [
                f"{_who(grade.submission.student, grade.submission.lms_id)}: {plain(grade.reason, 300)}"
                for grade in refused
            ],
        )
        waiting = [] if self.partial else [grade.submission for grade in self.grades if unscored(grade)]
        yield (
            "No mark goes back yet, because a person has not scored everything",
            [_who(one.student, one.lms_id) for one in waiting],
        )
        left_out = self.written.left_out
        yield (
            "Graded, but not in the file of marks",
            [f"{_who(one.student, one.lms_id or one.team)}: {why}" for one, why in left_out],
        )

    def _missing(self, worksheet: Worksheet) -> list[str]:
        """Who is on the list and not in the upload; one line where that holds a few of the class only."""
        here = {one.person.lms_id if one.person else one.lms_id for one in self.returned}
        # Of a team whose members nobody knows anyone may be a member who has its name.
        teams = {self.lms.team_key(one.student) for one in self.returned if one.team and not one.lms_id}
        missing = [
            person
            for person in worksheet.people
            if person.lms_id not in here and self.lms.team_key(person.group) not in teams
        ]
        expected = [person for person in missing if person.handed_in is not False]
        if len(expected) <= 2 * len(here):
            return [_missing(person) for person in missing]
        few = f"{len(expected)} others: the upload is of {len(here)} of them only"
        return [few, *(_missing(person) for person in missing if person.handed_in is False)]


def _missing(person: Person) -> str:
    said = ": the LMS says that something was handed in, it is not in the export" if person.handed_in else ""
    return f"{_who(person.name, person.lms_id)}{said}"


def _person(one: Returned) -> str:
    return _who(one.student, one.lms_id)


def _who(name: str, lms_id: str) -> str:
    shown = plain(name, 60).strip()
    if not shown or not lms_id:
        return shown or plain(lms_id, 60)  # blind marking has no names
    return f"{shown} ({plain(lms_id, 60)})"


def _text(text: str) -> str:
    """``text`` as Markdown that shows it: names of students come here."""
    return "".join(f"\\{one}" if one in r"\`*_{}[]<>#|$" else one for one in text)
