"""``DIR/.autograder/published.json``: what went into the report's files, the last time and the time before.

Marks leave this program as files, and what becomes of them in an LMS nobody hears here. So what was written
is kept, for one question: what is different now? No mark depends on it; where the file is lost, everything
is new.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.files.atomic import file_stem, replace_file
from autograder.files.own_folder import OWN
from autograder.files.visible import plain, storable
from autograder.marks import unscored
from autograder.model import Entry, Grade, Status

FILE = Path(OWN) / "published.json"
"""In the report's folder."""

_SCHEMA = 1


@dataclass(frozen=True)
class Back:
    """What went back for one submission.

    Attributes:
        student, lms_id: whose it is.
        mark: that went back; ``None``: none did.
        score, possible: points earned, points that can be earned.
        held_back: why no mark did; empty where one did.
        points: of each question that has any, by its name.
        page: SHA-256 of the feedback page, in hexadecimal; empty where there is none.
        by_lms: whether there is a mark, and the LMS takes none.
    """

    student: str
    lms_id: str
    mark: float | None
    score: float
    possible: float
    held_back: str = ""
    points: Mapping[str, float] = field(default_factory=dict)
    page: str = ""
    by_lms: bool = False


@dataclass(frozen=True)
class Publication:
    """Everything that was written at one time.

    Attributes:
        when: UTC, ISO 8601 with milliseconds.
        by: who wrote it; empty: a command did.
        partial: whether marks went back though a person had not scored everything.
        seen: number of the journal's newest record at that time.
        marks: how many marks are in the LMS's files; ``None`` without an LMS.
        pages: how many feedback pages are in each archive for the LMS, by its name.
        back: by the submission's id.
    """

    when: str
    by: str
    partial: bool
    seen: int
    marks: int | None
    pages: Mapping[str, int]
    back: Mapping[str, Back]


def held_back(grade: Grade | Entry, *, partial: bool) -> str:
    """Why no mark of a submission goes back; empty where one does.

    Args:
        partial: whether marks go back though a person has not scored everything.
    """
    if grade.status is not Status.GRADED:
        return f"could not be graded: {plain(grade.reason, 300) or 'no reason given'}"
    waiting = () if partial else unscored(grade)
    return f"not scored yet: {', '.join(plain(one.title, 80) for one in waiting)}" if waiting else ""


def back_of(grade: Grade | Entry, *, partial: bool, page: str = "") -> Back:
    """What goes back for a submission as it is now; arguments as of :func:`held_back` and :class:`Back`."""
    one, why = grade.submission, held_back(grade, partial=partial)
    by_tests = {question.name: question.points for question in grade.questions if question.checked}
    by_hand = {question.name: question.points for question in grade.manual if question.points is not None}
    return Back(
        storable(one.student), one.lms_id, None if why else grade.mark, grade.score, grade.max_score, why,
        by_tests | by_hand, page,
    )  # fmt: skip


def everything_back(
    out: Path, entries: Iterable[Entry], left_out: Mapping[str, str], *, partial: bool
) -> Mapping[str, Back]:
    """What has been written for a class, by the submission's id.

    Args:
        left_out: why the LMS takes no mark of a submission although there is one, by its id.
    """
    found = {}
    for entry in entries:
        id = entry.submission.id
        back = back_of(entry, partial=partial, page=page_digest(out, id))
        if back.mark is not None and id in left_out:
            back = replace(back, mark=None, held_back=left_out[id], by_lms=True)
        found[id] = back
    return found


def keep(out: Path, publication: Publication) -> None:
    """Write down what was written; what was until now becomes what was before.

    Raises:
        OSError: the folder cannot be written to.
    """
    last, _ = kept(out)
    both = [asdict(publication), *([asdict(last)] if last else [])]
    replace_file(out / FILE, json.dumps({"schema": _SCHEMA, "written": both}, indent=1) + "\n")


def kept(out: Path) -> tuple[Publication | None, Publication | None]:
    """What was written last, and what before that; ``None`` where there was nothing, or it cannot be read."""
    try:
        data = json.loads((out / FILE).read_text(encoding="utf-8"))
        found = [_publication(one) for one in data["written"]] if data["schema"] == _SCHEMA else []
    except (OSError, ValueError, KeyError, TypeError):
        return None, None
    last, before, *_ = [*found, None, None]
    return last, before


def _publication(data: Mapping[str, Any]) -> Publication:
    back = {str(id): Back(**one) for id, one in data["back"].items()}
    return Publication(**{**data, "back": back})


def page_digest(out: Path, id: str) -> str:
    """SHA-256 of a submission's feedback page, in hexadecimal; empty where there is none."""
    try:
        return hashlib.sha256((out / "feedback" / f"{file_stem(id)}.html").read_bytes()).hexdigest()
    except OSError:
        return ""
