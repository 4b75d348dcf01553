"""The page of one student: what came of every question and why, and what the course team says and changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from autograder.files.visible import plain
from autograder.language import speaking
from autograder.marks import unscored
from autograder.model import Grade, ManualQuestion, Override, Status
from autograder.report.cells import cell_rows
from autograder.report.grades import remarks
from autograder.report.pages import LONGEST_TEXT
from autograder.report.student import feedback_page, question_view
from autograder.review.answers import answer_html, written_by
from autograder.review.desk import ClassNow
from autograder.review.forms import form_of, seen_of
from autograder.review.similar_page import pairs_of_student
from autograder.review.site import Site, grader_of
from autograder.review.student_changes import Refused, decisions_of, history, newer
from autograder.store.executed import executed_file
from autograder.store.records import Stale, Subject, What
from autograder.store.seen import changed_since

_CODE_CELL = re.compile(r"(code cell ([0-9]{1,5}))", re.IGNORECASE)

FEEDBACK_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
)
"""Of the page that the student gets, which has its style inside."""


@dataclass(frozen=True)
class Unsaved:
    """A form that was not saved: why, and what was in it."""

    problem: str = ""
    form: Mapping[str, str] | None = None

    @property
    def place(self) -> str:
        """Where on the page the form stands."""
        return place_of(self.form or {})

    def typed(self, what: str, question: str, field: str, instead: object) -> object:
        """What was typed into a field of a form; ``instead`` where it is another form."""
        form = self.form or {}
        if (form.get("do"), form.get("question", "")) == (what, question) and "back" not in form:
            return form.get(field, instead)
        return instead


def routes(site: Site) -> Sequence[BaseRoute]:
    """The page's addresses."""

    def show(request: Request) -> Response:
        now = site.open_desk.now()
        return _page(site, request, now, grade_of(now, request), Unsaved())

    def save(request: Request) -> Response:
        now = site.open_desk.now()
        grade = grade_of(now, request)
        form = form_of(request)
        try:
            decisions = decisions_of(form, grade, now.config)
        except Refused as reason:
            return _page(site, request, now, grade, Unsaved(str(reason), form), status=400)
        done = site.open_desk.decide(decisions, grader_of(request), seen_of(form))
        if isinstance(done, Stale):
            now = site.open_desk.now()
            unsaved = Unsaved(newer(done.newest, now.config), form)
            return _page(site, request, now, grade_of(now, request), unsaved, status=409)
        place = place_of(form)
        return RedirectResponse(f"/student/{grade.submission.id}?saved={place}#{place}", status_code=303)

    def feedback(request: Request) -> Response:
        now = site.open_desk.now()
        with speaking(now.config.language):
            page = feedback_page(grade_of(now, request), now.config.assignment.title)
        return HTMLResponse(page, headers={"Content-Security-Policy": FEEDBACK_POLICY})

    return [
        Route("/student/{id}", show, methods=["GET"]),
        Route("/student/{id}", save, methods=["POST"]),
        Route("/student/{id}/feedback", feedback, methods=["GET"]),
    ]


def grade_of(now: ClassNow, request: Request) -> Grade:
    """The grade of the student whom an address names.

    Raises:
        HTTPException: there is nobody.
    """
    grade = now.grades.get(request.path_params["id"])
    if grade is None:
        raise HTTPException(404, "Nobody in this class has that id, or the result cannot be read.")
    return grade


def place_of(form: Mapping[str, str]) -> str:
    """Where on the page a form stands."""
    if form.get("question", "").isidentifier():
        return f"q-{form['question']}"
    return "late" if form.get("do") == "excuse" else "words"


def with_links(id: str, text: str) -> Markup:
    """A text that names code cells of a student's notebook, each a link to the cell."""
    shown = escape(plain(text, LONGEST_TEXT, multiline=True))
    return Markup(_CODE_CELL.sub(rf'<a href="/student/{id}/notebook#code-\2">\1</a>', shown))


def neighbours(now: ClassNow, grade: Grade) -> tuple[Grade | None, Grade | None]:
    """Who comes before and after somebody in the class."""
    ids = list(now.grades)
    at = ids.index(grade.submission.id)
    before = now.grades[ids[at - 1]] if at else None
    after = now.grades[ids[at + 1]] if at + 1 < len(ids) else None
    return before, after


def _absent(now: ClassNow, grade: Grade) -> list[ManualQuestion]:
    """The lab's questions that the result has not, as it is where nothing could be graded: without points."""
    config, known = now.config, {each.name for each in grade.questions} | {each.name for each in grade.manual}
    titles = [(each.name, each.title, each.points) for each in config.questions]
    titles += [(each.name, each.title, each.points) for each in config.manual]
    found = []
    for name, title, points in titles:
        changed = now.state.value(Subject(grade.submission.id, name, What.OVERRIDE))
        override = changed if isinstance(changed, Override) else None
        if name not in known:
            found.append(ManualQuestion(name, title, points, override=override))
    return found


def _page(
    site: Site, request: Request, now: ClassNow, grade: Grade, unsaved: Unsaved, status: int = 200
) -> Response:
    one, state = grade.submission, now.state
    before, after = neighbours(now, grade)
    names = [*(each.name for each in grade.questions), *(each.name for each in grade.manual)]
    answers = {one.name: answer_html(written_by(site, grade, one), one) for one in grade.manual}
    return site.page(
        request,
        "student.html",
        status=status,
        grade=grade,
        graded=grade.status is Status.GRADED,
        may_grade=site.grading is not None,
        before=before,
        after=after,
        waiting=unscored(grade),
        remarks=[said for said in remarks(grade) if said not in (grade.reason, grade.penalty)],
        notes=list(dict.fromkeys([*one.notes, *grade.notes])),
        cells=cell_rows(grade.cells)[:40],
        views=[question_view(question) for question in grade.questions],
        absent=_absent(now, grade),
        answers=answers,
        outdated=[name for name in names if changed_since(state, grade, name)],
        note=state.value(Subject(one.id, "", What.PRIVATE_NOTE)) or "",
        notes_by_question=[
            (question.title, note)
            for question in grade.manual
            if (note := state.value(Subject(one.id, question.name, What.PRIVATE_NOTE)))
        ],
        steps=history(state.about(one.id), now.config),
        pairs=pairs_of_student(site.open_desk.out, one.id),
        has_executed=executed_file(site.open_desk.out, one.id).is_file(),
        seen=state.last,
        saved="" if unsaved.problem else request.query_params.get("saved", ""),
        with_links=partial(with_links, one.id),
        unsaved=unsaved,
        late_policy=now.config.late,
    )
