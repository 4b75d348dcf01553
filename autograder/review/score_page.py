"""The page for scoring: one question across all students, one answer after the other.

Whoever scores sees no name unless they ask for it. Equal answers are scored once. The page works by forms and
links alone; its script sends each press of a key as a change of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from autograder.review.answers import answer_html, written_by
from autograder.review.forms import record_number
from autograder.review.pile import NO_ANSWER, Answer, Group, Pile
from autograder.review.repeats import due
from autograder.review.score_changes import (
    Clients,
    Refused,
    Reply,
    Score,
    Undo,
    decisions,
    read_change,
    rubric_version,
    second_look,
    undoable,
    undoing,
)
from autograder.review.score_form import said_by, touched
from autograder.review.score_view import holds, rows_given, view
from autograder.review.site import Site, grader_of
from autograder.store.records import Decision, Stale

LARGEST_REQUEST = 200_000
"""Bytes: a comment, and the tokens of a class in one group."""

_WAYS = ("waiting", "remark", "next", "previous")

_HEADING = re.compile(r"<(/?)h[1-6]>")


def routes(site: Site) -> Sequence[BaseRoute]:
    """The page's addresses."""
    page = ScorePage(site)
    return [
        Route("/score/{question}", page.go, methods=["GET"]),
        Route("/score/{question}/{token}", page.show, methods=["GET"]),
        Route("/score/{question}/{token}", page.form, methods=["POST"]),
        Route("/score/{question}/{token}/change", page.change, methods=["POST"]),
    ]


class ScorePage:
    """Answers requests for the page; any thread may call."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._clients = Clients()
        self._looked_again: set[tuple[str, str]] = set()

    def go(self, request: Request) -> Response:
        """To another answer: ``?go=`` waiting, remark, next or previous, ``&after=`` an answer."""
        pile, where = self._pile(request), request.query_params
        if where.get("go", "waiting") == "waiting" and (again := self._due(request, pile)):
            return RedirectResponse(f"/score/{pile.question.name}/{again.token}?again", status_code=303)
        found = pile.find(where.get("after", ""))
        at = found[0] if found else self._start(request, pile) - 1
        group = _there(pile, at, where.get("go", "waiting"))
        if group is None and found and where.get("go", "waiting") != "waiting":
            return RedirectResponse(_address(pile, found[1], request), status_code=303)
        if group is None and at >= 0:
            group = pile.groups[at]
        if group is None or (where.get("go", "waiting") == "waiting" and not group.is_waiting):
            return self._site.page(request, "score_done.html", pile=pile, others=self._others(pile))
        return RedirectResponse(_address(pile, group.first, request), status_code=303)

    def _start(self, request: Request, pile: Pile) -> int:
        """Where a grader begins: several do so apart from each other, so that they do not always meet."""
        graders = list(self._site.graders)
        place = graders.index(grader_of(request)) if grader_of(request) in graders else 0
        return place * len(pile.groups) // max(len(graders), 1)

    def show(self, request: Request) -> Response:
        """One answer."""
        pile = self._pile(request)
        at, answer = _found(pile, request)
        if "again" in request.query_params and pile.question.items:
            alone = replace(pile, groups=[Group([answer.unmarked()])])
            return self._page(request, alone, 0, answer.unmarked(), again=True)
        return self._page(request, pile, at, answer)

    async def form(self, request: Request) -> Response:
        """What somebody gives for an answer without a script."""
        fields = parse_qsl((await _body(request)).decode(errors="replace"), keep_blank_values=True)
        return await run_in_threadpool(self._by_form, request, fields)

    async def change(self, request: Request) -> Response:
        """One change of the page's script, as JSON."""
        body = await _body(request)
        reply = await run_in_threadpool(self._by_script, request, body)
        return JSONResponse(reply.said, status_code=reply.status)

    def _by_script(self, request: Request, body: bytes) -> Reply:
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            return Reply(400, {"problem": "expected JSON"})
        if not isinstance(said, dict):
            return Reply(400, {"problem": "expected an object"})
        return self._clients.once(grader_of(request), said, partial(self._apply, request, said))

    def _apply(self, request: Request, said: Mapping[str, Any]) -> Reply:
        pile = self._pile(request)
        _, answer = _found(pile, request)
        try:
            answers = _members(pile, answer, said.get("members"))
            if said.get("rubric") != rubric_version(pile.question):
                raise Refused("The items of this question have changed: load the page again.")
            change, seen = read_change(said, pile.question), record_number(said.get("seen"))
            if isinstance(change, Undo):
                wanted, seen = self._undoing(request, change, answer, answers, pile)
            elif said.get("again") and isinstance(change, Score):
                wanted = self._second_look(request, change, answer, pile)
            else:
                wanted = decisions(change, answers, pile.question, pile.state)
            done = self._decide(request, wanted, seen)
        except Refused as reason:
            return Reply(422, {"problem": str(reason)})
        pile = self._pile(request)
        if isinstance(done, Stale):
            theirs = next(
                one for one in pile.answers if one.grade.submission.id == done.decision.subject.student
            )
            by = {"who": done.newest.who, "when": done.newest.when, "seen": pile.state.last}
            return Reply(409, {**by, "theirs": holds(theirs.question), "of": len(answers)})
        undo = undoable(answer, pile.question, pile.state, grader_of(request))
        return Reply(200, {"seen": done, "scored": pile.scored, "of": len(pile.answers), "undo": undo})

    def _due(self, request: Request, pile: Pile) -> Answer | None:
        """An answer that comes back unmarked to who asks, one of equal ones; ``None`` where none does now."""
        who, share = grader_of(request), self._site.repeat
        ids = due(pile.question.name, who, share, pile.state) if share and pile.question.items else ()
        shown = {one.first.grade.submission.id: one.first for one in pile.groups}
        found = (shown[id] for id in ids if id in shown and shown[id].writing != NO_ANSWER)
        # What somebody gives twice in the same way leaves no new record, and would be due for ever.
        return next((one for one in found if (who, one.token) not in self._looked_again), None)

    def _second_look(self, request: Request, score: Score, answer: Answer, pile: Pile) -> Sequence[Decision]:
        self._looked_again.add((grader_of(request), answer.token))
        return second_look(score, answer, pile.question)

    def _undoing(
        self, request: Request, undo: Undo, answer: Answer, answers: Sequence[Answer], pile: Pile
    ) -> tuple[Sequence[Decision], int]:
        """What takes points back, and the record up to which that was looked at."""
        wanted = undoing(undo, answer, answers, pile.question, pile.state, grader_of(request))
        return wanted, pile.state.last

    def _by_form(self, request: Request, fields: Sequence[tuple[str, str]]) -> Response:
        pile = self._pile(request)
        at, answer = _found(pile, request)
        form = dict(fields)
        try:
            members = [answer.token] if "alone" in form else form.get("members", "").split()
            answers = _members(pile, answer, members)
            if form.get("rubric") != rubric_version(pile.question):
                raise Refused(
                    "The items of this question have changed: look at them, and give your points again."
                )
            seen = record_number(form.get("seen"))
            earned = {value for name, value in fields if name == "earned"}
            changes = [read_change(said, pile.question) for said in said_by(form, earned, pile.question)]
            if isinstance(undo := changes[-1] if changes else None, Undo):
                wanted, seen = self._undoing(request, undo, answer, answers, pile)
            elif "again" in form:
                looks = [one for one in changes if isinstance(one, Score)]
                wanted = [one for look in looks for one in self._second_look(request, look, answer, pile)]
            else:
                wanted = list(touched(changes, answers, pile, seen))
            done = self._decide(request, wanted, seen)
        except Refused as reason:
            return self._page(request, pile, at, answer, problem=str(reason), status=422)
        if isinstance(done, Stale):
            pile = self._pile(request)
            mine = rows_given(pile.question, earned, form)
            return self._page(
                request, pile, *_found(pile, request), status=409, stale=done.newest, rows=mine,
                comment=form.get("comment", ""), members=[one.token for one in answers],
            )  # fmt: skip
        if form.get("do") in ("full", "none", "next") or "again" in form:
            return RedirectResponse(_go(pile, answer, request, "waiting"), status_code=303)
        return RedirectResponse(_address(pile, answer, request), status_code=303)

    def _decide(self, request: Request, wanted: Sequence[Decision], seen: int) -> int | Stale:
        """Write all of this down, or none of it.

        Returns:
            The newest record of what holds now.
        """
        done = self._site.open_desk.decide(wanted, grader_of(request), seen) if wanted else ()
        return done if isinstance(done, Stale) else max([seen, *(one.number for one in done)])

    def _pile(self, request: Request) -> Pile:
        now = self._site.open_desk.now()
        pile = self._site.piles.of(request.path_params["question"], now)
        if pile is None:
            raise HTTPException(404, "There is no such question that a person scores.")
        return pile

    def _page(
        self, request: Request, pile: Pile, at: int, answer: Answer, *, status: int = 200, **more: Any
    ) -> Response:
        written = written_by(self._site, answer.grade, answer.question)
        html = answer_html(written, answer.question)
        return self._site.page(
            request,
            "score.html",
            status=status,
            answer_html=Markup(_HEADING.sub(_as_paragraph, html)),
            item_remarks=written.remarks,
            solution=self._site.open_desk.solutions.get(pile.question.name, ""),
            names="names" in request.query_params,
            go={where: _go(pile, answer, request, where) for where in _WAYS},
            undo=undoable(answer, pile.question, pile.state, grader_of(request)),
            **{"problem": "", "stale": None, "again": False, **view(pile, at, answer), **more},
        )

    def _others(self, pile: Pile) -> Sequence[tuple[str, str, int]]:
        """Other questions: name, title, how many answers wait."""
        now = self._site.open_desk.now()
        names = [one.name for one in now.config.manual if one.name != pile.question.name]
        found = [other for name in names if (other := self._site.piles.of(name, now))]
        return [(one.question.name, one.question.title, len(one.answers) - one.scored) for one in found]


def _as_paragraph(tag: re.Match[str]) -> str:
    """A heading that a student wrote: the page's own order of headings stays whole."""
    return "</p>" if tag[1] else '<p class="heading">'


async def _body(request: Request) -> bytes:
    """What was sent.

    Raises:
        HTTPException: it is larger than any change.
    """
    found = b""
    async for part in request.stream():
        found += part
        if len(found) > LARGEST_REQUEST:
            raise HTTPException(413, "That is too long.")
    return found


def _found(pile: Pile, request: Request) -> tuple[int, Answer]:
    found = pile.find(request.path_params["token"])
    if found is None:
        raise HTTPException(404, "This answer is not there any more.")
    return found


def _there(pile: Pile, at: int, where: str) -> Group | None:
    """The group that lies there, seen from a position; ``None`` at the end."""
    if where == "next":
        return pile.groups[at + 1] if at + 1 < len(pile.groups) else None
    if where == "previous":
        return pile.groups[at - 1] if at > 0 else None
    if where == "remark":
        return pile.following(at, lambda group: bool(group.remarks))
    return pile.following(at, lambda group: group.is_waiting)


def _go(pile: Pile, answer: Answer, request: Request, where: str) -> str:
    return f"/score/{pile.question.name}?go={where}&after={answer.token}{_with_names(request, '&')}"


def _address(pile: Pile, answer: Answer, request: Request) -> str:
    return f"/score/{pile.question.name}/{answer.token}{_with_names(request, '?')}"


def _with_names(request: Request, sign: str) -> str:
    return f"{sign}names" if "names" in request.query_params else ""


def _members(pile: Pile, answer: Answer, tokens: object) -> Sequence[Answer]:
    """The answers that a page has shown as one group.

    Raises:
        Refused: they are not equal any more, or it is no list of answers.
    """
    if not isinstance(tokens, list) or answer.token not in tokens:
        raise Refused("Expected the answers that are scored together.")
    known = {one.token: one for one in pile.answers if one.writing == answer.writing}
    if not all(isinstance(token, str) and token in known for token in tokens):
        raise Refused("An answer of this group has changed: load the page again.")
    return [known[token] for token in dict.fromkeys(tokens)]
