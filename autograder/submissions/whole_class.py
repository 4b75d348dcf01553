"""A class: open the uploads, recognise the LMS and read its list, find out who handed in what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.lms.known import adapters
from autograder.lms.plain import Pattern, Plain
from autograder.lms.returning import assignment_of
from autograder.notebook.template import lab_template
from autograder.submissions.adding import with_added
from autograder.submissions.crowds import notes_on_crowds
from autograder.submissions.discover import Source, source_of, submissions_of
from autograder.submissions.lateness import with_lateness
from autograder.uploads.upload import Upload, open_uploads

if TYPE_CHECKING:
    from autograder.config.load import Lab
    from autograder.lms.base import Lms
    from autograder.lms.model import Assignment, Person, Worksheet
    from autograder.model import Submission


@dataclass(frozen=True)
class Given:
    """What a TA says about a class.

    Attributes:
        paths: what to grade.
        lms: name of the LMS that the paths are exports of; empty: it is recognised.
        name_pattern: a regular expression for the names instead; may be empty.
        worksheet: the TA's own list of the class.
        added: what was added to these paths one after the other; a later one replaces an earlier one.
    """

    paths: Sequence[Path]
    lms: str = ""
    name_pattern: str = ""
    worksheet: Path | None = None
    added: Sequence[Path] = ()


@dataclass(frozen=True)
class FoundClass:
    """Who handed in what.

    Attributes:
        submissions: with their lateness.
        lms: where all of it comes from, as far as anybody knows.
        worksheet: the list of the class: the TA's own, otherwise the one that came with the export.
        troubles: adapters of other packages that cannot be used, a line each.
        notes: what was left out of the uploads, or may be one student's, a sentence each.
    """

    submissions: list[Submission]
    lms: Lms | None
    worksheet: Worksheet | None
    troubles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_class(given: Given, spool: Path, lab: Lab) -> FoundClass:
    """Find the submissions of a class.

    Args:
        spool: a private directory for what is unpacked; the caller removes it after grading.

    Raises:
        UsageError: a path or the list of the class cannot be used, or the uploads come from several LMSs.
    """
    config = lab.config
    offered = adapters()
    broken = dict(offered.broken)
    asked_for = offered.named(given.lms, given.name_pattern)
    made_by = None if isinstance(asked_for, Plain) and not isinstance(asked_for, Pattern) else asked_for
    known = () if asked_for else offered.known
    uploads = open_uploads(given.paths, spool, config.limits)
    sources = [source_of(upload, made_by, known, broken) for upload in uploads]
    recognised = _only(sources)
    lms = asked_for or recognised
    own = _worksheet(given.worksheet, lms, assignment_of(config.assignment.title, config.lms))
    sources = [replace(one, export=replace(one.export, worksheet=own)) for one in sources]
    worksheet = own or next((one.export.roster for one in sources if one.export.roster), None)
    template, largest = lab_template(lab), config.limits.notebook_mb
    whole = submissions_of(sources, config.assignment.notebook, template, largest)
    for upload in open_uploads(given.added, spool, config.limits):
        source = source_of(upload, made_by or recognised, ())
        source = replace(source, export=replace(source.export, worksheet=own))
        whole = with_added(whole, submissions_of([source], config.assignment.notebook, template, largest))
    submissions = []
    for one in whole:
        person, teams = None, config.lms.teams
        if lms and worksheet:
            person = lms.telling_row(worksheet, one.lms_id, one.student, teams=teams)
        one = with_lateness(one, person, config.late)
        submissions.append(_as_listed(one, person, lms if teams else None))
    notes = tuple(
        f"{report} is a report of this program and was left out"
        for upload in uploads
        for report in upload.reports
    )
    notes += tuple(note for source in sources if source.lms is None for note in _on_crowds(source.upload))
    return FoundClass(submissions, lms, worksheet, tuple(broken.values()), notes)


def _as_listed(one: Submission, person: Person | None, of_teams: Lms | None) -> Submission:
    """The submission with what the list of the class alone knows: the whole name, and whether it is a draft.

    Args:
        person: whoever it is of; of a team any member.
        of_teams: what tells whether a team's name is the list's; ``None``: it is no team.
    """
    if person is None:
        return one
    name = person.name
    if of_teams:
        alike = of_teams.team_key(person.group) == of_teams.team_key(one.student)
        name = person.group.strip() if alike else ""
    return replace(one, student=name or one.student, draft=person.draft)


def _on_crowds(upload: Upload) -> list[str]:
    return notes_on_crowds(upload.name, [one.path for one in upload.files if one.is_handed_in and one.path])


def _only(sources: Sequence[Source]) -> Lms | None:
    """The one LMS that the uploads come from.

    Raises:
        UsageError: they come from several.
    """
    found = {one.lms.name: one.lms for one in sources if one.lms}
    if len(found) > 1:
        raise UsageError(
            f"the uploads come from different LMSs ({', '.join(sorted(found))}): grade them one at a time"
        )
    return next(iter(found.values()), None)


def _worksheet(path: Path | None, lms: Lms | None, assignment: Assignment) -> Worksheet | None:
    """The TA's own list of the class.

    Raises:
        UsageError: nobody knows which LMS it is from, or it cannot be read.
    """
    if path is None:
        return None
    if lms is None:
        raise UsageError(
            f"--worksheet {path}: no LMS was recognised that it could be from; name it with --lms"
        )
    try:
        return lms.worksheet(path.read_bytes(), assignment)
    except OSError as reason:
        raise UsageError(f"--worksheet {path}: cannot be read: {reason.strerror}") from None
