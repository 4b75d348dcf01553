"""``DIR/lms/``: the files that go back to the LMS, and half a page on what to do with them."""

from __future__ import annotations

import shutil
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.config.schema import LmsSettings
from autograder.files.atomic import file_stem, replace_file
from autograder.files.visible import number, plain
from autograder.lms.base import Lms
from autograder.lms.handback import Written, Zip
from autograder.lms.model import Assignment, Person, Returned, Worksheet
from autograder.marks import unscored
from autograder.model import Entry, ManualQuestion, QuestionEntry, Status, Submission

LONGEST_COMMENT = 1_000
LONGEST_WORDS = 500
"""Characters of it that are the course team's own words; the page has all of them."""
SEVERAL = "several submissions have this identifier, and only one mark and page can go back for it"
"""Why nothing goes back for an identifier that two submissions have."""
_UNNAMED = "it lies under no name that tells whose it is"
MOST_LISTED = 200
"""People that one list of ``UPLOAD.md`` names."""


@dataclass(frozen=True)
class HandedBack:
    """What was written for an LMS.

    Attributes:
        upload: ``UPLOAD.md``.
        marks: how many marks are in the files.
        pages: how many feedback pages are in each archive, by its name.
        left_out: why no mark of a submission is in them although there is one, by its id.
    """

    upload: Path
    marks: int
    pages: Mapping[str, int]
    left_out: Mapping[str, str]


def write_lms(
    out: Path,
    grades: Iterable[Entry],
    lms: Lms,
    worksheet: Worksheet | None,
    title: str,
    settings: LmsSettings,
    *,
    partial: bool = False,
) -> HandedBack:
    """Write the LMS's files below ``out/lms``, in the place of older ones.

    Args:
        grades: of this class, with their marks; their feedback pages lie in ``out/feedback``.
        worksheet: the TA's own list of the class.
        title: of the lab.
        partial: whether marks go back of those for whom a person has not scored everything.

    Raises:
        OSError: ``out`` cannot be written to.
    """
    folder = out / "lms"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # What an LMS did not name cannot go back to it; without an LMS, everything is unnamed.
    of_lms: list[Entry] = []
    others: list[Entry] = []
    for grade in grades:
        (of_lms if is_named_by(lms, grade.submission) else others).append(grade)
    returned = list(_returned(of_lms, out, lms, worksheet, settings, partial))
    claims = Counter(one.lms_id for one in returned if one.lms_id)
    clear = [one for one in returned if claims[one.lms_id] <= 1]
    assignment = assignment_of(title, settings)
    written = lms.write(folder, clear, assignment, worksheet)
    doubtful = [(one, SEVERAL) for one in returned if claims[one.lms_id] > 1 and one.points is not None]
    written = replace(written, left_out=(*written.left_out, *doubtful))
    lists = _lists(of_lms, others, returned, written, worksheet, partial)
    pages = {step.file: _pages_in(folder / step.file) for step in written.steps if isinstance(step, Zip)}
    told = _to_compare(lms, written.marks, pages) if of_lms else ()
    lines = (*_page(lms, title, written, of_lms), *told, *_to_be_scored(of_lms, partial), *_shown(lists))
    page = folder / "UPLOAD.md"
    replace_file(page, (f"{line}\n" for line in lines))
    unnamed = {grade.submission.id: _UNNAMED for grade in others}
    return HandedBack(page, written.marks, pages, {**unnamed, **_without_mark(written, returned)})


def _without_mark(written: Written, returned: Sequence[Returned]) -> Mapping[str, str]:
    """Why no row of a submission has its mark, by the submission's id."""
    out = {id(one) for one, _ in written.left_out}
    marked = {one.feedback.stem for one in returned if one.points is not None and id(one) not in out}
    return {one.feedback.stem: why for one, why in written.left_out if one.feedback.stem not in marked}


def _pages_in(archive: Path) -> int:
    """How many feedback pages an archive of ours has."""
    with zipfile.ZipFile(archive) as opened:
        return sum(name.endswith(".html") for name in opened.namelist())


def _to_compare(lms: Lms, marks: int, pages: Mapping[str, int]) -> Iterator[str]:
    """How many marks and pages the files have."""
    archives = "".join(f"; pages in `{name}`: {count}" for name, count in pages.items())
    yield ""
    yield f"To compare with what {lms.title} reports afterwards: marks: {marks}{archives}."


def assignment_of(title: str, settings: LmsSettings) -> Assignment:
    """What the LMS calls the lab with this title."""
    return Assignment(title, settings.column, settings.teams, settings.language)


def _returned(
    grades: Sequence[Entry],
    out: Path,
    lms: Lms,
    worksheet: Worksheet | None,
    settings: LmsSettings,
    partial: bool,
) -> Iterator[Returned]:
    """A row for each student; for each member of a team."""
    teams = _teams(grades, lms, worksheet, settings) if settings.teams else {}
    for grade in grades:
        one = grade.submission
        members = teams.get(one.id, ()) if settings.teams else (one.lms_id,)
        for lms_id in members or ("",):
            person = lms.person(worksheet, lms_id, one.student) if worksheet else None
            yield Returned(
                lms_id=lms_id,
                student=person.name if person and person.name else one.student,
                place=one.place,
                path=one.own_path,
                team=one.lms_id if settings.teams else "",
                points=grade.mark if partial or not unscored(grade) else None,
                possible=grade.max_score,
                comment=comment_for(grade),
                feedback=out / "feedback" / f"{file_stem(one.id)}.html",
                person=person,
            )


def _teams(
    grades: Sequence[Entry], lms: Lms, worksheet: Worksheet | None, settings: LmsSettings
) -> Mapping[str, tuple[str, ...]]:
    """The members of the team that handed in, by the submission's id; none where it is not certain."""
    by_name: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for person in worksheet.people if worksheet else ():
        by_name[lms.team_key(person.group)][person.group].append(person.lms_id)
    named_alike: dict[str, int] = defaultdict(int)
    for grade in grades:
        named_alike[lms.team_key(grade.submission.student)] += 1
    found = {}
    for grade in grades:
        one = grade.submission
        key = lms.team_key(one.student)
        groups = by_name.get(key, {})
        if one.lms_id in settings.members:
            found[one.id] = tuple(settings.members[one.lms_id])
        elif len(groups) == 1 and named_alike[key] == 1:
            (members,) = groups.values()
            found[one.id] = tuple(members)
    return found


def comment_for(grade: Entry) -> str:
    """One line for the student: the mark, what cost most, where the rest is."""
    parts = [f"{number(grade.score, 2)} of {number(grade.max_score, 2)} points"]
    if waiting := sum(one.possible for one in unscored(grade)):
        parts.append(f"{number(waiting, 2)} more are scored by a person")
    if grade.comment:
        parts.append(f"From the course team: {plain(grade.comment, LONGEST_WORDS)}")
    if grade.penalty:
        parts.append(f"{plain(grade.penalty, 200)}; mark {number(grade.mark or 0.0, 2)}")
    parts += _changed(grade)
    for question in grade.questions:
        if question.failures and question.points < question.possible and not question.override:
            points = f"{number(question.points, 2)}/{number(question.possible, 2)}"
            parts.append(f"{question.name} {points}: {plain(question.failures[0], 160)}")
    text = plain(" ".join(map(_sentence, parts)), LONGEST_COMMENT)
    return f"{_sentence(text)} The attached page tells more."


def _changed(grade: Entry) -> Iterator[str]:
    """What the course team changed, and why; lateness stands beside the mark."""
    both: list[QuestionEntry | ManualQuestion] = [*grade.questions, *grade.manual]
    for one in both:
        if one.override is not None and one.override.points is not None:
            points = f"{number(one.override.points, 2)}/{number(one.possible, 2)}"
            yield f"{one.name} {points}, changed by the course team: {plain(one.override.reason, 160)}"


def _sentence(text: str) -> str:
    ended = text.rstrip(". ")
    return ended if ended.endswith(("?", "!", "…")) else f"{ended}."


def _lists(
    grades: Sequence[Entry],
    others: Sequence[Entry],
    returned: Sequence[Returned],
    written: Written,
    worksheet: Worksheet | None,
    partial: bool,
) -> Iterator[tuple[str, list[str]]]:
    """Who has to be named in ``UPLOAD.md``, a line each, below a heading."""
    handed_in = {one.person.lms_id if one.person else one.lms_id for one in returned}
    out = {id(one) for one, _ in written.left_out}
    yield (
        "Marks that replace another one",
        [
            f"{_who(one.student, one.lms_id)}: {plain(one.person.mark, 40)} → {number(one.points, 4)}"
            for one in returned
            if one.person and one.person.mark and one.points is not None and id(one) not in out
        ],
    )
    refused = [grade for grade in grades if grade.status is not Status.GRADED]
    yield (
        "No mark goes back, because it could not be graded",
        [
            f"{_who(grade.submission.student, grade.submission.lms_id)}: {plain(grade.reason, 300)}"
            for grade in refused
        ],
    )
    waiting = [] if partial else [grade.submission for grade in grades if unscored(grade)]
    yield (
        "No mark goes back yet, because a person has not scored everything",
        [_who(one.student, one.lms_id) for one in waiting],
    )
    left_out = [f"{_who(one.student, one.lms_id or one.team)}: {why}" for one, why in written.left_out]
    yield "Graded, but not in the file of marks", left_out
    yield (
        "In the upload, but under no name that tells whose it is: nothing goes back",
        [plain(grade.submission.source, 200) for grade in others],
    )
    if worksheet:
        unknown = [one for one in returned if one.lms_id and one.person is None]
        yield "Graded, but not on your worksheet", [_who(one.student, one.lms_id) for one in unknown]
        missing = [_missing(person) for person in worksheet.people if person.lms_id not in handed_in]
        yield "On your worksheet, but without a submission", missing


def _missing(person: Person) -> str:
    said = ": the LMS says that something was handed in, it is not in the export" if person.handed_in else ""
    return f"{_who(person.name, person.lms_id)}{said}"


def _who(name: str, lms_id: str) -> str:
    shown = plain(name, 60).strip()
    if not shown or not lms_id:
        return shown or plain(lms_id, 60)  # blind marking has no names
    return f"{shown} ({plain(lms_id, 60)})"


def _page(lms: Lms, title: str, written: Written, grades: Sequence[Entry]) -> Iterator[str]:
    yield f"# {lms.title}: {_text(title)}"
    yield ""
    if not grades:
        yield f"**Nothing can go back**: {nobody_of(lms)}"
        return
    graded = sum(grade.status is Status.GRADED for grade in grades)
    yield f"{graded} of {len(grades)} submissions are graded. Upload, in this order:"
    yield ""
    for place, step in enumerate(written.steps, start=1):
        yield f"{place}. `{step.file}` – {_text(step.text)}"
    if lms.uploads_itself:
        yield ""
        yield lms.uploads_itself


def _shown(lists: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    for heading, lines in lists:
        if lines:
            yield from ("", f"## {heading} ({len(lines)})", "")
            yield from (f"- {_text(line)}" for line in lines[:MOST_LISTED])
            if len(lines) > MOST_LISTED:
                yield f"- and {len(lines) - MOST_LISTED} more"


def is_named_by(lms: Lms, submission: Submission) -> bool:
    """Whether the submission lay under a name that the LMS gives; without an LMS, under any other."""
    return submission.lms == ("" if lms.name == "plain" else lms.name)


def nobody_of(lms: Lms) -> str:
    """What there is to say when not one submission has a name that the LMS makes."""
    return f"no file has a name that {lms.title} gives. Are these its exports?"


def _to_be_scored(grades: Sequence[Entry], partial: bool) -> Iterator[str]:
    """What a person still has to score, question by question in the lab's order."""
    scores: dict[str, list[float | None]] = defaultdict(list)
    for grade in grades:
        for one in grade.manual if grade.status is Status.GRADED else ():
            scores[one.title].append(one.points)
    missing = {title: found.count(None) for title, found in scores.items() if None in found}
    if missing:
        yield ""
        yield "**Not all is scored by a person yet**, " + (
            "and what is not scored is not in the mark: fill in `manual.csv` and run the same command again "
            "before you upload."
            if partial
            else "and no mark goes back of those whose points are missing: fill in `manual.csv` and run the "
            "same command again, or run it with `--partial` for marks without these points."
        )
        yield ""
        for title, count in missing.items():
            yield f"- {_text(title)}: {count} of {len(scores[title])} not scored"


def _text(text: str) -> str:
    """``text`` as Markdown that shows it: names of students come here."""
    return "".join(f"\\{one}" if one in r"\`*_{}[]<>#|$" else one for one in text)
