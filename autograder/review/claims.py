"""Answers that only say again what the exercise says: whoever scores should look twice, and decides."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.review.alike import formulas

_SAYS_NOTHING_MORE = frozenset({"(", ")", r"\cdot"})
"""What people add to a formula, or leave out, when they copy it."""


def is_claim_only(answer: str, exercise: str) -> bool:
    """Whether an answer has an identity of the exercise, and no formula beside what the exercise itself has.

    Parts of the exercise's formulas, such as a single letter, are no formula of its own. Words are not looked
    at: somebody may derive in words, so this never decides about points.

    Args:
        answer: untrusted Markdown.
        exercise: Markdown of the template, from the exercise's heading to the cell of the answer.
    """
    stated = {_bare(one) for one in formulas(exercise)}
    own = _whole([_bare(one) for one in formulas(answer)])
    whole = f" {' $ '.join(stated)} "
    return any(" = " in one and one in stated for one in own) and all(f" {one} " in whole for one in own)


def _whole(own: Sequence[str]) -> list[str]:
    """Formulas, each left-hand side that the template has typed with what the student wrote behind it."""
    found: list[str] = []
    for one in own:
        if found and found[-1].endswith(" ="):
            found[-1] = f"{found[-1]} {one}"
        else:
            found.append(one)
    return found


def _bare(formula: str) -> str:
    return " ".join(token for token in formula.split() if token not in _SAYS_NOTHING_MORE)
