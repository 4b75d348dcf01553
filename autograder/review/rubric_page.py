"""The items of a question, edited while people score: what a change does is said before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from autograder.config.schema import Config, ManualItem, ManualQuestion
from autograder.errors import UsageError
from autograder.files.visible import number
from autograder.review.desk import ClassNow
from autograder.review.forms import record_number
from autograder.review.site import Site, grader_of
from autograder.store.decided import together
from autograder.store.records import Stale, State, What
from autograder.store.rubrics import (
    MOST_ITEMS,
    Edit,
    given_items,
    items_now,
    read_items,
    rescored,
    rubric_record,
    version,
)

NEW_ROWS = 2
"""Empty rows below the items."""


@dataclass(frozen=True)
class Row:
    """An item as a form has it.

    Attributes:
        code: empty for a new one whose code the person leaves to us.
        is_new: whether its code may still be written.
        points: as the person wrote them.
        place: number in the order.
        deleted: whether it shall go.
    """

    code: str
    is_new: bool
    text: str
    points: str
    place: str
    deleted: bool = False


def routes(site: Site) -> Sequence[BaseRoute]:
    """The page's addresses."""

    def show(request: Request) -> Response:
        now, question = _asked_for(site, request)
        rows = _rows(items_now(question, now.state))
        return _form(site, request, now, question, rows, version(question.name, now.state))

    async def change(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=20 * MOST_ITEMS) as form:
            now, question = _asked_for(site, request)
            began_with = record_number(form.get("seen", ""))
            rows: Sequence[Row] = ()
            if form.get("do") == "configuration":
                edit = Edit(question, None, began_with)
            else:
                rows = _rows_of(form)
                try:
                    edit = Edit(question, read_items(_items(rows)), began_with)
                except (UsageError, ValueError) as wrong:
                    return _form(
                        site, request, now, question, rows, began_with, problem=str(wrong), status=422
                    )
            effects = effects_of(edit, now.state)
            if effects and not form.get("sure"):
                return _ask(site, request, question, edit, effects, form)
            done = site.open_desk.edit(edit, grader_of(request))
            if isinstance(done, Stale):
                return _refused(site, request, question, done, edit)
        return RedirectResponse(f"/rubric/{question.name}?saved", status_code=303)

    return [
        Route("/rubric/{question}", show, methods=["GET"]),
        Route("/rubric/{question}", change, methods=["POST"]),
    ]


def effects_of(edit: Edit, state: State) -> list[str]:
    """What an edit does to points that were given, a sentence each; none where it changes nobody's."""
    question = edit.question
    given = given_items(question.name, state)
    changed = {one.subject for one in rescored(question, edit.after, state) if one.subject.what is What.ITEM}
    if not any(state.value(one) or 0 for one in changed):
        return []
    before, after = (
        {one.code: one for one in items_now(question, state)},
        {one.code: one for one in edit.after},
    )
    found = []
    for code, item in before.items():
        having = sum(bool(points.get(code)) for points in given.values())
        if having and code not in after:
            found.append(
                f"{_answers(having)} the item {code}, which is deleted, and lose{_s(having)} its points"
            )
        elif having and after[code].points != item.points:
            to = f"{number(item.points)} to {number(after[code].points)}"
            found.append(f"{_answers(having)} the item {code}: from {to} points, a part of it accordingly")
    new = [code for code in after if code not in before]
    if new and given:
        found.append(
            f"nobody has {', '.join(new)} yet: look again at the {len(given)} answers that are scored"
        )
    return found


def sums(question: ManualQuestion, items: Sequence[ManualItem]) -> str:
    """What to know of items that do not add up to the question's points; empty where they do."""
    total = round(sum(one.points for one in items), 9)
    most = together({one.code: one.points for one in items}, question)
    said = f"The items add up to {number(total)} of {number(question.points)} points"
    if total > most:
        return f"{said}: nobody gets more than {number(most)}."
    return f"{said}: “full” is {number(total)}." if total < question.points else ""


def _asked_for(site: Site, request: Request) -> tuple[ClassNow, ManualQuestion]:
    """The class, and the question of the address as the configuration has it."""
    now = site.open_desk.now()
    config: Config = site.open_desk.lab.config
    name = request.path_params["question"]
    question = next((one for one in config.manual if one.name == name), None)
    if question is None:
        raise HTTPException(404, "There is no such question that a person scores.")
    return now, question


def _rows(items: Sequence[ManualItem]) -> Sequence[Row]:
    known = [
        Row(one.code, False, one.text, number(one.points), str(place))
        for place, one in enumerate(items, start=1)
    ]
    empty = [Row("", True, "", "", str(len(items) + 1 + more)) for more in range(NEW_ROWS)]
    return [*known, *empty][:MOST_ITEMS]


def _rows_of(form: FormData) -> Sequence[Row]:
    """The rows that a browser sends."""
    found = []
    for at in range(MOST_ITEMS + NEW_ROWS):
        if (text := form.get(f"text-{at}")) is None:
            continue
        field = {
            name: str(form.get(f"{name}-{at}", "")).strip() for name in ("code", "points", "place", "new")
        }
        found.append(
            Row(
                field["code"], field["new"] == "yes", str(text).strip().replace("\r\n", "\n"),
                field["points"], field["place"], deleted=form.get(f"delete-{at}") is not None,
            )
        )  # fmt: skip
    return found


def _items(rows: Sequence[Row]) -> Sequence[Mapping[str, Any]]:
    """The items that rows say, in their order; empty new rows say none.

    Raises:
        ValueError: points or a place are no number; the message says where.
    """
    kept = [row for row in rows if not row.deleted and (row.text or row.points or not row.is_new)]
    taken = {row.code for row in rows}
    found = []
    for at, row in enumerate(kept, start=1):
        code = row.code or _free(taken)
        taken.add(code)
        found.append((_number(row.place, f"item {at}: place"), at, row, code))
    found.sort(key=lambda one: one[:2])
    return [
        {"code": code, "text": row.text, "points": _number(row.points, f"item {code}: points")}
        for _, _, row, code in found
    ]


def _free(taken: set[str]) -> str:
    return next(code for code in (f"new_{at}" for at in range(1, MOST_ITEMS + 2)) if code not in taken)


def _number(text: str, what: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"{what}: expected a number, found {text[:40]!r}") from None


def _form(
    site: Site,
    request: Request,
    now: ClassNow,
    question: ManualQuestion,
    rows: Sequence[Row],
    began_with: int,
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    record = rubric_record(question.name, now.state)
    return site.page(
        request, "rubric.html", status=status, question=question, rows=rows, seen=began_with, problem=problem,
        note=sums(question, items_now(question, now.state)), record=record,
        saved="saved" in request.query_params, scored=len(given_items(question.name, now.state)),
    )  # fmt: skip


def _ask(
    site: Site, request: Request, question: ManualQuestion, edit: Edit, effects: Sequence[str], form: FormData
) -> Response:
    """The page that says what an edit does, and asks once."""
    fields = [(name, str(value)) for name, value in form.multi_items() if name != "sure"]
    return site.page(
        request, "rubric_sure.html", question=question, effects=effects, fields=fields,
        note=sums(question, edit.after),
    )  # fmt: skip


def _refused(site: Site, request: Request, question: ManualQuestion, stale: Stale, edit: Edit) -> Response:
    """The page that shows the edit of somebody who was quicker beside this one."""
    now = site.open_desk.now()
    theirs, ours = items_now(question, now.state), edit.after
    codes = dict.fromkeys([*(one.code for one in theirs), *(one.code for one in ours)])
    of_theirs, of_ours = {one.code: one for one in theirs}, {one.code: one for one in ours}
    pairs = [(code, of_theirs.get(code), of_ours.get(code)) for code in codes]
    return site.page(
        request, "rubric_refused.html", status=409, question=question, record=stale.newest,
        pairs=[one for one in pairs if one[1] != one[2]],
    )  # fmt: skip


def _answers(count: int) -> str:
    return f"{count} answer{'' if count == 1 else 's'} ha{'s' if count == 1 else 've'}"


def _s(count: int) -> str:
    return "s" if count == 1 else ""
