"""The way in without a command line: a new class, more submissions of this one, grading it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from anyio.to_thread import run_sync
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from autograder.errors import UsageError
from autograder.review.grading import Grading, Task
from autograder.review.intake import Intake, OfferedLab, more_submissions, new_class, once_more, says_nobody
from autograder.review.received import Received, received
from autograder.review.site import Site
from autograder.store.run import before

BUSY = "A class is being graded: wait for its end, or stop it."


def routes(site: Site) -> list[Route]:
    """The pages' routes."""

    def new(request: Request) -> Response:
        if site.desk is not None:
            return _see("/")
        if _is_busy(site):
            return _see("/progress")
        return _new_form(site, request, {}, "")

    async def begin(request: Request) -> Response:
        _, intake = _grader(site)
        labs = await run_sync(intake.labs)
        with intake.arriving() as folder:
            form = await received(request, folder, max((one.most_mb for one in labs), default=1))
            return await run_sync(partial(_begin, site, request, form, labs))

    def add(request: Request) -> Response:
        return _add_form(site, request, request.query_params, "")

    async def more(request: Request) -> Response:
        _, intake = _grader(site)
        most_mb = site.open_desk.lab.config.limits.archive_mb
        with intake.arriving() as folder:
            form = await received(request, folder, most_mb)
            return await run_sync(partial(_more, site, request, form))

    def again(request: Request) -> Response:
        desk = site.open_desk
        earlier = before(desk.out)
        return _started(site, once_more(earlier.run if earlier else desk.run, desk.lab.path, desk.out))

    def same(request: Request) -> Response:
        task = _grader(site)[0].task
        return _see("/") if task is None else _started(site, task)

    return [
        Route("/new", new),
        Route("/new", begin, methods=["POST"]),
        Route("/add", add),
        Route("/add", more, methods=["POST"]),
        Route("/again", again, methods=["POST"]),
        Route("/progress/again", same, methods=["POST"]),
    ]


def _see(address: str) -> Response:
    return RedirectResponse(address, status_code=303)


def _started(site: Site, task: Task) -> Response:
    """Leads to the progress of a task that has begun.

    Raises:
        HTTPException: another one is running, or the pages cannot grade.
    """
    if not _grader(site)[0].start(task):
        raise HTTPException(409, BUSY)
    return _see("/progress")


def _grader(site: Site) -> tuple[Grading, Intake]:
    """
    Raises:
        HTTPException: the pages cannot grade.
    """
    if site.grading is None or site.intake is None:
        raise HTTPException(404, "This program was started without a way to grade.")
    return site.grading, site.intake


def _is_busy(site: Site) -> bool:
    progress = site.grading.now() if site.grading else None
    return progress is not None and progress.running


def _new_form(site: Site, request: Request, given: Mapping[str, str], problem: str) -> Response:
    _, intake = _grader(site)
    labs = intake.labs()
    return site.page(
        request,
        "new.html",
        status=400 if problem else 200,
        labs=labs,
        chosen=_number(given.get("lab", "0"), len(labs)),
        folder=given.get("folder") or intake.proposed(),
        home=str(intake.home),
        out=str(intake.out) if intake.out else "",
        most_mb=max((one.most_mb for one in labs), default=0),
        problem=problem,
    )


def _begin(site: Site, request: Request, form: Received, labs: Sequence[OfferedLab]) -> Response:
    """Start grading a new class; the form again where something is wrong with it."""
    _, intake = _grader(site)
    if site.desk is not None:
        return _see("/")
    try:
        if _is_busy(site):
            raise UsageError(BUSY)
        task = _new_task(intake, form, labs)
    except UsageError as problem:
        return _new_form(site, request, form.fields, str(problem))
    return _started(site, task)


def _new_task(intake: Intake, form: Received, labs: Sequence[OfferedLab]) -> Task:
    if not labs:
        raise UsageError("There is no lab here: start the program beside a grading_config.yml, or name it.")
    lab = labs[_number(form.fields.get("lab", "0"), len(labs))]
    if lab.problem:
        raise UsageError(f"This lab cannot be read: {lab.problem}")
    if not (files := form.paths("files")):
        raise UsageError("Choose what the students handed in: the zip that the LMS gives you, or notebooks.")
    add = form.fields.get("add") == "1"
    out = intake.folder(form.fields.get("folder", "").strip(), add)
    sheet = next(iter(form.paths("worksheet")), None)
    if add and (held := before(out)) is not None:
        return more_submissions(held.run, lab.path, out, files, intake.spool, worksheet=sheet)
    return new_class(lab.path, out, files, sheet)


def _number(text: str, count: int) -> int:
    """The number that a form says; 0 where that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 and int(text) < count else 0


def _add_form(site: Site, request: Request, given: Mapping[str, str], problem: str) -> Response:
    _grader(site)
    desk = site.open_desk
    people = before(desk.out)
    return site.page(
        request,
        "add.html",
        status=400 if problem else 200,
        people=people.people if people else (),
        whose=given.get("whose", ""),
        notebook=desk.lab.config.assignment.notebook,
        most_mb=desk.lab.config.limits.archive_mb,
        busy=_is_busy(site),
        problem=problem,
    )


def _more(site: Site, request: Request, form: Received) -> Response:
    """Start grading with more submissions; the form again where something is wrong with it."""
    _, intake = _grader(site)
    try:
        if _is_busy(site):
            raise UsageError(BUSY)
        task = _add_task(site, intake, form)
    except UsageError as problem:
        return _add_form(site, request, form.fields, str(problem))
    return _started(site, task)


def _add_task(site: Site, intake: Intake, form: Received) -> Task:
    desk = site.open_desk
    files, id = form.paths("files"), form.fields.get("whose", "")
    if not files:
        raise UsageError("Choose what is to be added.")
    earlier = before(desk.out)
    if earlier is None:
        raise UsageError("The class that was here is gone.")
    whose = next((one.student for one in earlier.people if id and one.id == id), "")
    if id and not whose:
        raise UsageError("This student is not in the class.")
    notebook = desk.lab.config.assignment.notebook
    if not whose and (nobody := [one.name for one in files if says_nobody(one.name, notebook)]):
        raise UsageError(f"{nobody[0]} is everybody's name: choose whose it is.")
    return more_submissions(earlier.run, desk.lab.path, desk.out, files, intake.spool, whose, notebook)
