"""What the page for scoring shows of one answer, as values for its template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.config.schema import ManualQuestion as Asked
from autograder.files.visible import number, plain
from autograder.model import ManualQuestion
from autograder.review.pile import NO_ANSWER, Answer, Pile
from autograder.review.score_changes import rubric_version

KEYS = "123456789bdhijloqvyz"
"""One for each item: digits, then letters that are no commands of the page."""

SHIFTS = ("", "e", "r", "ee", "er")
"""What is pressed before it, each for as many items: a question has at most a hundred."""

MOST_SNIPPETS = 9
_MOST_WRITINGS, _MOST_LINES, _LONGEST_LINE = 5, 6, 200


@dataclass(frozen=True)
class Row:
    """An item of the rubric.

    Attributes:
        key: that turns it on and off; several: one after the other.
        text: Markdown with LaTeX.
        part: points that were given, where they are neither all nor none; as a field has them.
        earned: whether it earned all of its points.
    """

    key: str
    code: str
    text: str
    possible: float
    part: str
    earned: bool


def view(pile: Pile, at: int, answer: Answer) -> Mapping[str, Any]:
    """Values for the template.

    Args:
        at: position of the answer's group.
    """
    group = pile.groups[at]
    return {
        "question": answer.question,
        "comment": answer.question.comment,
        "members": [one.token for one in group.answers],
        "state": pile.state,
        "pile": pile,
        "at": at,
        "answer": answer,
        "group": group,
        "rows": rows(answer.question),
        "by_number": _by_number(answer.question),
        "rubric": rubric_version(pile.question),
        "is_empty": answer.writing == NO_ANSWER,
        "remarks": answer.remarks,
        "writings": list(writings(answer, group.answers)),
        "others": pile.same_writing(answer),
        "snippets": snippets(pile),
        "number": {one.token: at for at, one in enumerate(pile.answers, start=1)},
    }


def rows(question: ManualQuestion) -> Sequence[Row]:
    """The items of a question, as far as they are given."""
    return [
        Row(
            _key(at), one.code, one.text, one.possible,
            "" if one.points in (None, 0.0, one.possible) else number(one.points), one.points == one.possible,
        )
        for at, one in enumerate(question.items)
    ]  # fmt: skip


def rows_given(question: Asked, earned: Collection[str], fields: Mapping[str, str]) -> Sequence[Row]:
    """The items as somebody has filled them in who was not quick enough."""
    return [
        Row(_key(at), one.code, one.text, one.points, fields.get(f"part-{one.code}", ""), one.code in earned)
        for at, one in enumerate(question.items)
    ]


def _by_number(question: ManualQuestion) -> bool:
    """Whether a table has points for the question, but none for its items."""
    given = [one.points for one in question.items]
    return bool(given) and question.points is not None and given == [None] * len(given)


def _key(at: int) -> str:
    shift, at = divmod(at, len(KEYS))
    return SHIFTS[shift] + KEYS[at]


def holds(question: ManualQuestion) -> Mapping[str, Any]:
    """What holds for an answer, as the page's script reads it."""
    return {
        "points": question.points,
        "items": {one.code: one.points for one in question.items},
        "comment": question.comment,
    }


def snippets(pile: Pile) -> Sequence[str]:
    """Comments that were given in this question, the most frequent first."""
    found = Counter(one.question.comment for one in pile.answers if one.question.comment)
    return [text for text, _ in found.most_common(MOST_SNIPPETS)]


def writings(shown: Answer, members: Sequence[Answer]) -> Iterator[tuple[int, Sequence[str]]]:
    """How answers of a group are written where they are not written as the one that is shown.

    Yields:
        How many are written so, and lines of theirs that the shown one does not have.
    """
    lines = set(shown.question.answer.split("\n"))
    counted = Counter(one.question.answer for one in members)
    del counted[shown.question.answer]
    for text, count in counted.most_common(_MOST_WRITINGS):
        other = [line for line in text.split("\n") if line not in lines and line.strip()]
        yield count, [plain(line, _LONGEST_LINE) for line in other[:_MOST_LINES]]
