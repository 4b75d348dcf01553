"""``DIR/lms/``: the files that go back to the LMS, and half a page on what to do with them."""

from __future__ import annotations

import shutil
import zipfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.config.schema import LmsSettings
from autograder.files.atomic import file_stem, replace_file
from autograder.files.visible import in_words, plain
from autograder.language import showing as _
from autograder.lms.base import Lms
from autograder.lms.handback import Written, Zip
from autograder.lms.model import Assignment, Returned, Worksheet, comment_digest
from autograder.lms.scale import about_scale, scaled_back
from autograder.lms.upload_page import UploadPage
from autograder.marks import unscored
from autograder.model import Entry, ManualQuestion, QuestionEntry, Status, Submission
from autograder.store.comments import add_comments, own_comments

LONGEST_COMMENT = 1_000
LONGEST_WORDS = 500
"""Characters of it that are the course team's own words; the page has all of them."""
SEVERAL = "several submissions have this identifier, and only one mark and page can go back for it"
"""Why nothing goes back for an identifier that two submissions have."""
_UNNAMED = "it lies under no name that tells whose it is"
DRAFT = "it is a draft, never submitted (lms, drafts)"


@dataclass(frozen=True)
class HandedBack:
    """What was written for an LMS.

    Attributes:
        upload: ``UPLOAD.md``.
        marks: how many marks are in the files.
        pages: how many feedback pages are in each archive, by its name.
        left_out: why no mark of a submission is in them although there is one, by its id.
        kept_back: why nothing of a submission goes back, be it in files or by a command, by its id.
    """

    upload: Path
    marks: int
    pages: Mapping[str, int]
    left_out: Mapping[str, str]
    kept_back: Mapping[str, str]


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
    drafts = [one for one in returned if one.person and one.person.draft]
    kept_back = drafts if settings.drafts == "list" else []
    assignment = assignment_of(title, settings)
    written = _written(folder, lms, returned, kept_back, assignment, worksheet)
    pages = {step.file: _pages_in(folder / step.file) for step in written.steps if isinstance(step, Zip)}
    page, ours, marked = folder / "UPLOAD.md", own_comments(out), written.back.marked
    told = UploadPage(
        lms, title, of_lms, others, returned, written, pages, partial=partial,
        nothing="" if of_lms else nobody_of(lms),
        scale=_about_scale(of_lms, lms, worksheet, assignment),
        drafts=drafts, drafts_go_back=settings.drafts == "grade",
        replaced_comments=[one for one in marked if one.replaces_comment and not _is_ours(one, ours)],
    )  # fmt: skip
    replace_file(page, (f"{line}\n" for line in told.lines()))
    add_comments(out, (comment_digest(one.comment) for one in marked))
    never = {one.feedback.stem: why for one, why in (*((one, DRAFT) for one in kept_back), *written.doubtful)}
    unnamed = {grade.submission.id: _UNNAMED for grade in others}
    return HandedBack(page, len(marked), pages, unnamed | never | _without_mark(written, returned), never)


def _written(
    folder: Path,
    lms: Lms,
    returned: Sequence[Returned],
    kept_back: Collection[Returned],
    assignment: Assignment,
    worksheet: Worksheet | None,
) -> Written:
    """The adapter's files; nothing in them is of those who are kept back, or share an identifier."""
    claims = Counter(one.lms_id for one in returned if one.lms_id)
    several = [one for one in returned if claims[one.lms_id] > 1]
    never = {id(one) for one in (*several, *kept_back)}
    clear = [one for one in returned if id(one) not in never]
    written = lms.write(folder, clear, assignment, worksheet)
    doubtful = [(one, SEVERAL) for one in several if one.points is not None]
    return replace(written, left_out=(*written.left_out, *doubtful))


def _about_scale(
    grades: Sequence[Entry], lms: Lms, worksheet: Worksheet | None, assignment: Assignment
) -> str:
    """What is said of another maximum than the lab's; empty where it is the same, or not known."""
    possible = max((points_of_lab(grade) for grade in grades if grade.status is Status.GRADED), default=0.0)
    return about_scale(lms, lms.most(worksheet, assignment), possible, assignment.scale)


def _without_mark(written: Written, returned: Sequence[Returned]) -> dict[str, str]:
    """Why no row of a submission has its mark, by the submission's id."""
    out = {id(one) for one, _why in written.left_out}
    marked = {one.feedback.stem for one in returned if one.points is not None and id(one) not in out}
    return {one.feedback.stem: why for one, why in written.left_out if one.feedback.stem not in marked}


def _pages_in(archive: Path) -> int:
    """How many feedback pages an archive of ours has."""
    with zipfile.ZipFile(archive) as opened:
        return sum(name.endswith(".html") for name in opened.namelist())


def assignment_of(title: str, settings: LmsSettings) -> Assignment:
    """What the LMS calls the lab with this title."""
    return Assignment(
        title, settings.column, settings.teams, settings.language, settings.scale or "", settings.withhold
    )


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
    wanted = _scaled_to(lms, worksheet, settings)
    for grade in grades:
        one = grade.submission
        points, comment = _mark_and_comment(grade, lms, wanted)
        if unscored(grade) and not partial:
            points = None
        members = teams.get(one.id, ()) if settings.teams else (one.lms_id,)
        for lms_id in members or ("",):
            person = lms.person(worksheet, lms_id, one.student) if worksheet else None
            yield Returned(
                lms_id=lms_id,
                student=person.name if person and person.name else one.student,
                place=one.place,
                path=one.own_path,
                team=one.lms_id if settings.teams else "",
                points=points,
                possible=wanted or grade.max_score,
                comment=comment,
                feedback=out / "feedback" / f"{file_stem(one.id)}.html",
                person=person,
            )


def _scaled_to(lms: Lms, worksheet: Worksheet | None, settings: LmsSettings) -> float | None:
    """The maximum that marks are scaled to; ``None`` where they are not, or nothing tells it."""
    return lms.most(worksheet, assignment_of("", settings)) if settings.scale == "maximum" else None


def _mark_and_comment(grade: Entry, lms: Lms, most: float | None) -> tuple[float | None, str]:
    """The mark as the LMS gets it, and the line for the student.

    Args:
        most: the maximum that it is scaled to; ``None``: it stays as it is.
    """
    if grade.mark is None:
        return None, comment_for(grade)
    return scaled_back(grade.mark, comment_for(grade), points_of_lab(grade), most, lms.title)


def points_of_lab(grade: Entry) -> float:
    """The points of the lab, those that wait for a person among them."""
    return grade.max_score + sum(one.possible for one in unscored(grade))


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
    points, possible = in_words(grade.score, 2), in_words(grade.max_score, 2)
    parts = [_("{points} of {possible} points").format(points=points, possible=possible)]
    if waiting := sum(one.possible for one in unscored(grade)):
        parts.append(_("{points} more are scored by a person").format(points=in_words(waiting, 2)))
    if grade.comment:
        said = plain(grade.comment, LONGEST_WORDS)
        parts.append(_("From the course team: {comment}").format(comment=said))
    if grade.penalty:
        mark = in_words(grade.mark or 0.0, 2)
        parts.append(_("{penalty}; mark {mark}").format(penalty=plain(grade.penalty, 200), mark=mark))
    parts += _changed(grade)
    for question in grade.questions:
        if question.failures and question.points < question.possible and not question.override:
            points = f"{in_words(question.points, 2)}/{in_words(question.possible, 2)}"
            parts.append(f"{question.name} {points}: {plain(question.failures[0], 160)}")
    text = plain(" ".join(map(_sentence, parts)), LONGEST_COMMENT)
    tells_more = _("The attached page tells more.")
    return f"{_sentence(text)} {tells_more}"


def _is_ours(one: Returned, ours: Collection[str]) -> bool:
    """Whether the comment that is there was written by this program and by nobody since, so that nobody
    misses it.

    Args:
        ours: digests of all that it wrote.
    """
    return one.person is not None and comment_digest(one.person.comment) in ours


def _changed(grade: Entry) -> Iterator[str]:
    """What the course team changed, and why; lateness stands beside the mark."""
    both: list[QuestionEntry | ManualQuestion] = [*grade.questions, *grade.manual]
    for one in both:
        if one.override is not None and one.override.points is not None:
            points = f"{in_words(one.override.points, 2)}/{in_words(one.possible, 2)}"
            changed = _("{question} {points}, changed by the course team: {reason}")
            reason = plain(one.override.reason, 160)
            yield changed.format(question=one.name, points=points, reason=reason)


def _sentence(text: str) -> str:
    ended = text.rstrip(". ")
    return ended if ended.endswith(("?", "!", "…")) else f"{ended}."


def is_named_by(lms: Lms, submission: Submission) -> bool:
    """Whether the submission lay under a name that the LMS gives; without an LMS, under any other."""
    return submission.lms == ("" if lms.name == "plain" else lms.name)


def nobody_of(lms: Lms) -> str:
    """What there is to say when not one submission has a name that the LMS makes."""
    return f"no file has a name that {lms.title} gives. Are these its exports?"
