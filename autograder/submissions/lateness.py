"""How late a submission is: from the LMS's mark, its worksheet, or the time that it wrote down."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from autograder.config.schema import Late
from autograder.lms.model import Person
from autograder.model import Submission


def with_lateness(submission: Submission, person: Person | None, late: Late | None) -> Submission:
    """``submission`` with what is known about its time.

    The export comes first, then the worksheet, then the deadline of the configuration.

    Args:
        person: the student's row of the worksheet.
        late: names deadline and time zone.
    """
    if person is not None:
        if submission.late_seconds is None and person.handed_in is not False:
            is_late = person.late if submission.late is None else submission.late
            submission = replace(submission, late=is_late, late_seconds=person.late_seconds)
        if not submission.submitted and person.submitted:
            submission = replace(submission, submitted=person.submitted.isoformat())
    if submission.late_seconds is None and submission.submitted and late is not None and late.deadline:
        moment = datetime.fromisoformat(submission.submitted)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(late.time_zone))
        seconds = (moment - datetime.fromisoformat(late.deadline)).total_seconds()
        submission = replace(submission, late=seconds > 0, late_seconds=max(seconds, 0.0))
    return submission
