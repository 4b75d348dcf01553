"""The first page: what to do next, and every student of the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from autograder.files.visible import listed
from autograder.review.class_table import Asked, ClassTable, Show, Sort, Tables
from autograder.review.compared import compared, is_to_write
from autograder.review.desk import ClassNow, Desk
from autograder.review.push_offer import push_offer
from autograder.review.site import Site
from autograder.store.published import kept

FILTERS = (
    (Show.ALL, "All"),
    (Show.WAITING, "Waiting"),
    (Show.NOT_GRADABLE, "Not gradable"),
    (Show.FLAGGED, "Flagged"),
    (Show.CHANGED, "Changed by hand"),
    (Show.LATE, "Late"),
)


PUBLISH = "/publish"


@dataclass(frozen=True)
class Step:
    """What to do next.

    Attributes:
        sentence: without a full stop.
        label: of the button.
        address: where the button leads.
        posts: whether it changes something.
        or_publish: whether publishing may come first as well.
    """

    sentence: str
    label: str
    address: str
    posts: bool = False
    or_publish: bool = False


def routes(site: Site) -> list[Route]:
    """The page's routes."""
    tables = Tables()

    def page(request: Request) -> Response:
        now = site.open_desk.now()
        table, asked = tables.table(now), Asked.of(request.query_params)
        running = site.grading.now() if site.grading else None
        return site.page(
            request,
            "class.html",
            step=_once_written(
                site.open_desk, now, next_step(now, table, grading=bool(running and running.running))
            ),
            table=table,
            asked=asked,
            rows=table.asked(asked),
            failure=table.message_of(asked.failure) if asked.failure else "",
            filters=[(show, label, table.count(show)) for show, label in FILTERS],
            sorts=Sort,
            remarks=_remarks(site, now, table),
            refused=table.count(Show.NOT_GRADABLE),
            may_grade=site.grading is not None,
            repeats=site.repeat > 0,
            last_run=running,
            questions=(*now.config.questions, *now.config.manual),
        )

    return [Route("/", page)]


def next_step(now: ClassNow, table: ClassTable, *, grading: bool = False) -> Step:
    """What to do next with a class.

    Args:
        grading: whether it is being graded at this moment.
    """
    refused = [row for row in table.rows if not row.graded]
    unseen = [row for row in refused if not now.state.last_of(row.grade.submission.id)]
    if grading:
        return Step("The class is being graded", "Watch", "/progress")
    if left := len(now.missing) + len(now.broken):
        return Step(
            f"{_amount(left, 'submission')} {_has(left)} no result yet", "Go on grading", "/again", True
        )
    if (waiting := table.waiting) > 0:
        question = next(one for one in table.by_hand if one.done < one.of)
        return Step(
            f"{_amount(waiting, 'answer')} wait{'s' if waiting == 1 else ''} for points",
            f"Score: {question.title}",
            f"/score/{question.name}",
        )
    done = "Everything is scored" if table.by_hand else "Everything is graded"
    if unseen:
        refusals = f"{_amount(len(unseen), 'student')} could not be graded"
        return Step(
            f"{done}, but {refusals}" if table.graded else refusals,
            "Look at them",
            Asked(Show.NOT_GRADABLE).address(),
            or_publish=table.graded > 0,
        )
    return Step(done, "Publish", PUBLISH)


def _once_written(desk: Desk, now: ClassNow, step: Step) -> Step:
    """What is next where publishing would be, and the files say everything already."""
    if step.address != PUBLISH:
        return step
    last, _ = kept(desk.out)
    if last is None:
        return step
    rows = compared(now, last, partial=last.partial)
    if is_to_write(desk.out, rows, last, partial=last.partial):
        return step
    push = push_offer(desk.out, desk.run, last)
    if push and push.pushed:
        return Step(f"{step.sentence}, written and pushed into {push.title}", "What went back", PUBLISH)
    return Step(f"{step.sentence}, and the files are written", "What goes back", PUBLISH)


def _amount(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _remarks(site: Site, now: ClassNow, table: ClassTable) -> Sequence[str]:
    """What is the matter with the class as a whole, a sentence each."""
    found = []
    if now.broken:
        names = listed([one.student or one.id for one in now.broken])
        found.append(f"Results that cannot be read, as if there were none: {names}.")
    if now.missing:
        names = listed([one.student or one.id for one in now.missing])
        found.append(f"Not graded yet, or the result was removed: {names}.")
    if unconfined := sum(row.graded and not row.grade.sandbox_layers for row in table.rows):
        found.append(f"The code of {_amount(unconfined, 'submission')} ran without a sandbox.")
    if site.handed_in is not None and site.handed_in.problem:
        found.append(
            f"What was handed in cannot be opened, so notebooks and pictures are not shown: "
            f"{site.handed_in.problem}."
        )
    return found
