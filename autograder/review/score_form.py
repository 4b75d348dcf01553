"""A form of the page for scoring, as changes: what a browser without scripts sends."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.config.schema import ManualQuestion
from autograder.review.pile import Answer, Pile
from autograder.review.score_changes import Change, Refused, Undo, decisions
from autograder.store.records import Decision


def touched(
    changes: Sequence[Change], answers: Sequence[Answer], pile: Pile, seen: int
) -> Iterator[Decision]:
    """What a form changes: what stands in it as it was shown is not given once more."""
    for change in (one for one in changes if not isinstance(one, Undo)):
        wanted = decisions(change, answers, pile.question, pile.state)
        if any(one.value != pile.state.value_at(one.subject, seen) for one in wanted):
            yield from wanted


def said_by(form: Mapping[str, str], earned: set[str], question: ManualQuestion) -> list[dict[str, Any]]:
    """A form as changes that :func:`~autograder.review.score_changes.read_change` reads.

    Raises:
        Refused: a field for points holds no number.
    """
    most = {one.code: one.points for one in question.items} or {"": question.points}
    changes: list[dict[str, Any]] = [{"comment": form["comment"]}] if "comment" in form else []
    do = form.get("do", "save")
    if do == "undo":
        number = form.get("undo", "")
        return [{"undo": int(number) if re.fullmatch("[0-9]{1,15}", number) else 0}]
    if do == "full":
        return [*changes, {"points": most}]
    if do == "none":
        return [*changes, {"points": dict.fromkeys(most, 0.0)}]
    if do == "clear":
        return [*changes, {"points": None}]
    given = {code: _part(form.get(f"part-{code}", "")) for code in most}
    touched = earned or any(value is not None for value in given.values()) or form.get("was") == "scored"
    if not touched or (not question.items and given[""] is None):
        return changes
    full = {code: most[code] if code in earned else 0.0 for code in most}
    points = {code: full[code] if value is None else value for code, value in given.items()}
    return [*changes, {"points": points}]


def _part(text: str) -> float | None:
    """Points that somebody typed; ``None`` where the field is empty."""
    if not text.strip():
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Refused(f"Expected points, found {text[:40]!r}.")
    return value
