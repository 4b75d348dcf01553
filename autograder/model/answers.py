"""Answers in words, which a person scores."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from autograder.model.questions import Override


class AnswerState(StrEnum):
    """Whether a student wrote something for a question that a person scores."""

    FOUND = "found"
    PLACEHOLDER = "placeholder unchanged"
    MISSING = "no answer found"


@dataclass(frozen=True)
class AnswerPicture:
    """A picture in an answer, as far as a page can show it; it is in no result.

    Attributes:
        name: what the student called it; untrusted text.
        kind: ``image/png`` or ``image/jpeg``, by its bytes; empty where the page does not show it.
        data: Base64; empty where the page does not show it.
    """

    name: str
    kind: str
    data: str


@dataclass(frozen=True)
class ManualItem:
    """One of the things that a person gives points for in an answer.

    Attributes:
        text: what earns the points, LaTeX between dollar signs.
        possible: points that it can earn.
        points: that the person gave; ``None`` as long as nobody has.
    """

    code: str
    text: str
    possible: float
    points: float | None = None


@dataclass(frozen=True)
class ManualQuestion:
    """A question that a person scores, with what the student wrote for it.

    Attributes:
        answer: untrusted Markdown; empty where there is none.
        points: that count; ``None`` as long as nobody has scored it.
        state: whether there is an answer.
        pictures: names of pictures in the cells of the answer; untrusted.
        items: what earns the points, in the order of the configuration.
        visible: whether students read the items.
        comment: of the person, for the student; may be empty.
        override: what the course team decided instead of that; ``None`` where it did not.
    """

    name: str
    title: str
    possible: float
    answer: str = ""
    points: float | None = None
    state: AnswerState = AnswerState.FOUND
    pictures: tuple[str, ...] = ()
    items: tuple[ManualItem, ...] = ()
    visible: bool = False
    comment: str = ""
    override: Override | None = None
