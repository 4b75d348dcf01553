"""The way of one submission: read the notebook, run it, ask the questions, write down the grade."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from autograder.errors import NotGradable
from autograder.grading import first_cause, flags, limits, shortcuts
from autograder.grading.bounds import bounded, first
from autograder.grading.case_number import cases_of
from autograder.grading.course import Course
from autograder.grading.lab_settings import handed_out
from autograder.grading.opened_files import opened_files
from autograder.grading.questions import LETHAL, ask, with_news_only
from autograder.grading.student_text import StudentText
from autograder.kernel.session import Session
from autograder.language import judging as _
from autograder.model import (
    AS_IT_IS,
    CellRun,
    Ending,
    ExecutedNotebook,
    Grade,
    ManualQuestion,
    Outcome,
    QuestionResult,
    Shortcuts,
    Status,
    Submission,
)
from autograder.notebook.answers import answers
from autograder.notebook.code import ReadingTime
from autograder.notebook.executed import executed_notebook
from autograder.notebook.own_lines import OwnLines
from autograder.notebook.read import ReadNotebook, read_notebook

MOST_DOWNLOADS, LONGEST_ADDRESS = 3, 120
"""Failed downloads that are flagged, and characters of the address of each."""

MOST_PASSED_OVER = 10
"""Flags about what was passed over."""


def grade(submission: Submission, course: Course) -> Grade:
    """Grade one submission.

    Raises:
        SandboxError: student code cannot be confined here; nothing was run.
    """
    started = time.monotonic()
    digest = ""
    read: ReadNotebook | None = None
    reading = ReadingTime()
    try:
        data = _bytes(submission)
        digest = hashlib.sha256(data).hexdigest()
        read = read_notebook(data, course.lab.config.limits)
        with reading:
            shorter = _shortcuts(read, course, reading)
        ran = _run_and_ask(read, course, shorter)
    except NotGradable as reason:
        refused = not_gradable(submission, course, str(reason), time.monotonic() - started)
        return replace(refused, digest=digest, manual=_manual(read, course) if read else ())
    whole = _written_down(submission, course, read, ran, reading)
    return bounded(replace(whole, digest=digest, seconds=time.monotonic() - started))


def _written_down(
    submission: Submission, course: Course, read: ReadNotebook, ran: _Answers, reading: ReadingTime
) -> Grade:
    """The grade for what the questions came to, with all that students and the TA have to see beside it."""
    executed = ran.executed
    with reading:
        results, first_causes = first_cause.explained(
            read.notebook, executed.cells, ran.results, read.python, reading
        )
        of_template, of_source = _of_template(read, course, reading), _of_source(read, course, reading)
    cases = [case for result in results for case in result.cases]
    troubles = [case.message for case in cases if case.outcome is Outcome.NOT_CHECKED]
    troubles += [ran.cut_short] if ran.cut_short else []
    return Grade(
        submission=submission,
        status=Status.NOT_GRADABLE if troubles else Status.GRADED,
        reason="; ".join(dict.fromkeys(troubles)),
        questions=results,
        manual=_manual(read, course),
        cells=_with_first_lines(read, executed.cells),
        first_causes=first_causes,
        flags=_of_reading(read)
        + of_template
        + first_causes
        + _passed_over(executed)
        + of_source
        + _dynamic_flags(executed, results)
        + flags.alone(results, {one.name for one in course.lab.config.questions if one.flag_if_alone}),
        notes=read.notes,
        limits_hit=limits.hit(executed, cases, ran.late_requests, course.lab.config.limits),
        sandbox_layers=ran.layers,
        versions=course.versions,
        lab_files=opened_files(course.lab.root),
        trouble=bool(troubles),
        starved=ran.starved,
        phases=ran.phases,
        executed=_executed(read, executed, course),
        **asdict(course.conditions),
    )


@dataclass(frozen=True)
class _Answers:
    """What one session with a notebook gave.

    Attributes:
        starved, cut_short: what the session's clock says of deadlines that were missed.
    """

    executed: ExecutedNotebook
    results: tuple[QuestionResult, ...]
    late_requests: int
    layers: tuple[str, ...]
    starved: bool
    cut_short: str
    phases: dict[str, float]


def _with_first_lines(read: ReadNotebook, cells: Iterable[CellRun]) -> tuple[CellRun, ...]:
    """The cells with what each begins with, so that a page can say which one is meant."""

    def first_line(run: CellRun) -> str:
        lines: list[str] = read.notebook.cells[run.index].source.split("\n")
        return next((line.strip() for line in lines if line.strip()), "")

    return tuple(replace(run, first_line=first_line(run)) for run in cells)


def _shortcuts(read: ReadNotebook, course: Course, reading: ReadingTime) -> Shortcuts:
    if course.conditions.all_cells:
        return AS_IT_IS
    return shortcuts.for_notebook(read.notebook, course.may_be_left_out, reading)


def _run_and_ask(read: ReadNotebook, course: Course, shorter: Shortcuts) -> _Answers:
    """One session: the notebook runs, the questions are asked."""

    def ask_all() -> tuple[tuple[QuestionResult, ...], float]:
        began = time.monotonic()
        said, seed = StudentText(OwnLines(read.notebook)), course.conditions.seed
        with handed_out(course.values), cases_of(course.conditions.case_number):
            results = tuple(ask(question, session, seed, said) for question in course.questions)
        results = with_news_only(results)
        return results, time.monotonic() - began

    with Session(course.server, course.settings) as session:
        executed, (results, asking) = session.run_and_ask(read.notebook, ask_all, shorter)
        phases = {
            "start": executed.start_seconds,
            "cells": executed.seconds - executed.start_seconds,
            "questions": asking,
        }
        return _Answers(
            executed, results, session.late_requests(), session.layers, session.clock.starved,
            session.clock.cut_short, phases,
        )  # fmt: skip


def not_gradable(submission: Submission, course: Course, reason: str, seconds: float = 0.0) -> Grade:
    """The result for a submission that could not be graded."""
    return Grade(
        submission=submission, status=Status.NOT_GRADABLE, reason=reason, versions=course.versions,
        lab_files=opened_files(course.lab.root), seconds=seconds, **asdict(course.conditions),
    )  # fmt: skip


def _bytes(submission: Submission) -> bytes:
    if submission.file is None:
        raise NotGradable(submission.problem or _("there is no notebook"))
    try:
        return submission.file.read_bytes()
    except OSError as reason:
        raise NotGradable(_("the file cannot be read: {error}").format(error=reason.strerror)) from None


def _manual(read: ReadNotebook, course: Course) -> tuple[ManualQuestion, ...]:
    asked = course.lab.config.manual
    names = [question.name for question in asked]
    found = answers(read.notebook.cells, read.attachments, names, course.answer_cells)
    return tuple(
        ManualQuestion(
            question.name, question.title, question.points, answer.text, None, answer.state, answer.pictures
        )
        for question in asked
        for answer in (found[question.name],)
    )


def _of_reading(read: ReadNotebook) -> tuple[str, ...]:
    """What the TA has to see of the notes: a file that may not be what the student meant to hand in."""
    return ("upload cut off",) if read.cut_off else ()


def _of_template(read: ReadNotebook, course: Course, reading: ReadingTime) -> tuple[str, ...]:
    """Whether anything was done, and for this lab."""
    if course.template is None:
        return ()
    sources = (cell.source for cell in read.notebook.cells if cell.cell_type == "code")
    return course.template.remarks(sources, reading)


def _executed(read: ReadNotebook, executed: ExecutedNotebook, course: Course) -> bytes:
    if not course.settings.keep_outputs:
        return b""
    return executed_notebook(read.notebook, executed, course.settings.output_bytes)


def _of_source(read: ReadNotebook, course: Course, reading: ReadingTime) -> tuple[str, ...]:
    if course.template is None:
        return flags.static(read.notebook, _handed_out(course), shared=reading)
    return flags.static(read.notebook, _handed_out(course), course.template.has, reading)


def _passed_over(executed: ExecutedNotebook) -> tuple[str, ...]:
    numbered = enumerate(executed.cells, start=1)
    found = [
        f"passed over in code cell {number}: {what}" for number, run in numbered for what in run.passed_over
    ]
    return first(found[:MOST_PASSED_OVER], len(found), "and {count} more passed over")


def _handed_out(course: Course) -> set[str]:
    """Names and addresses of the files that the lab itself gives to students."""
    served = {text for item in course.lab.config.data for text in (item.name, item.url)}
    return served | set(course.lab.files_beside())


def _failed_downloads(executed: ExecutedNotebook) -> tuple[str, ...]:
    """The first cells that asked for an address that is not the lab's; numbers as the feedback counts."""
    refused = [
        f"code cell {number}: this address is not the lab's data: {run.refused_address[:LONGEST_ADDRESS]}"
        + ("; the cell stopped there" if run.ending is Ending.RAISED else "")
        for number, run in enumerate(executed.cells, start=1)
        if run.refused_address
    ]
    more = "and {count} more with an address that is not the lab's data"
    return first(refused[:MOST_DOWNLOADS], len(refused), more)


def _dynamic_flags(executed: ExecutedNotebook, results: tuple[QuestionResult, ...]) -> tuple[str, ...]:
    found = []
    dead = [run for run in executed.cells if run.ending in LETHAL]
    if dead:
        found.append(f"{len(dead)} cell(s) ended the kernel")
    if any(run.ending is Ending.TIMED_OUT for run in executed.cells):
        found.append("a cell ran into the time limit")
    found += _failed_downloads(executed)
    for result in results:
        if any(case.ending is Ending.AUTOGRAD for case in result.cases):
            found.append(f"autograd in {result.name}")
    return tuple(found)
