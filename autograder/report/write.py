"""The report's files, in the places that other tools expect."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from autograder.files.atomic import file_stem, replace_file, update_file
from autograder.model import AnswerPicture, Entry, Grade
from autograder.report.class_summary import ClassSummary, summarise
from autograder.report.course import course_page
from autograder.report.grades import write_grades
from autograder.report.student import feedback_page
from autograder.store.results import write_results


def write_submission(
    out: Path,
    grade: Grade,
    lab_title: str,
    executed: str = "",
    pictures: Mapping[str, Sequence[AnswerPicture]] = MappingProxyType({}),
) -> None:
    """Write ``results/<id>.json`` and ``feedback/<id>.html`` below ``out``, as each submission ends.

    Files that say the same already are left alone. The results come last: where they exist, the
    submission is done.

    Args:
        executed: address of the notebook as it ran, for the page; empty where it does not lead there.
        pictures: in the answers in words, by question.

    Raises:
        OSError: ``out`` cannot be written to.
        ValueError: the submission's id is no file name, or a number of the grade is not finite.
    """
    update_file(page_file(out, grade.submission.id), feedback_page(grade, lab_title, executed, pictures))
    write_results(out, grade)


def page_file(out: Path, submission_id: str) -> Path:
    """``out/feedback/<submission id>.html``.

    Raises:
        ValueError: the id is no file name.
    """
    return out / "feedback" / f"{file_stem(submission_id)}.html"


def write_report(
    out: Path,
    entries: Iterable[Entry],
    lab_title: str,
    question_names: Sequence[str],
    manual_names: Sequence[str],
    *,
    with_marks: bool = False,
    executed: Collection[str] = (),
) -> ClassSummary:
    """Write ``grades.csv`` and ``index.html`` below ``out``, once all submissions have ended.

    Args:
        entries: gone through several times.
        with_marks: whether the mark can differ from the score, and so gets a column of its own.
        executed: ids of the submissions whose notebook is kept as it ran.

    Returns:
        What is at the head of the page.

    Raises:
        OSError: ``out`` cannot be written to.
    """
    write_grades(out / "grades.csv", entries, question_names, manual_names, with_marks=with_marks)
    summary = summarise(entries, question_names)
    page = course_page(entries, summary, lab_title, question_names, manual_names, executed)
    replace_file(out / "index.html", page)
    return summary
