"""From what a journal says to what it means for a lab: points, items, comments, overrides, excuses.

What is written down was right when it was written; the configuration may have changed since. So everything is
looked at again before anything is graded: what a question cannot have is an error with the student's name,
what is about a question or an item that is not there any more is kept and named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.config.schema import Config, ManualQuestion
from autograder.files.visible import listed, number, plain
from autograder.marks import Decided
from autograder.model import Override
from autograder.store.records import State, Subject, Value, What

LATE = "late"
"""What stands where a question's name would, in ``overrides.csv``; no question can be called so."""

COMMENT = "comment"
"""As ``LATE``, in the row of what a student reads about the submission as a whole."""


@dataclass
class Cells:
    """What holds for one submission, by question."""

    points: dict[str, float] = field(default_factory=dict)
    items: dict[str, dict[str, float]] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, Override] = field(default_factory=dict)
    excused: Override | None = None


def cells_by_student(state: State) -> Mapping[str, Cells]:
    """What holds now, by the submission's id."""
    found: dict[str, Cells] = {}
    for one, value in state.held():
        if one.what in (What.RUBRIC, What.REPEAT, What.UNDONE):
            continue
        cells = found.setdefault(one.student, Cells())
        if isinstance(value, Override):
            if one.what is What.EXCUSE:
                cells.excused = value
            else:
                cells.overrides[one.question] = value
        elif isinstance(value, str):
            if one.what is What.COMMENT:
                cells.comments[one.question] = value
        elif value is not None and one.item:
            cells.items.setdefault(one.question, {})[one.item] = value
        elif value is not None:
            cells.points[one.question] = value
    return found


def decided(cells: Cells, config: Config) -> Decided:
    """What these cells mean in a lab."""
    points, items = {}, {}
    for question in config.manual:
        given = _items(question, cells)
        if (scored := _points(question, cells)) is not None:
            points[question.name] = scored
            if given:  # what is not given is not earned, once the question is scored
                given = {one.code: given.get(one.code, 0.0) for one in question.items}
        items[question.name] = given
    comments = {name: text for name, text in cells.comments.items() if name}
    return Decided(points, items, comments, cells.overrides, cells.excused, cells.comments.get("", ""))


def _items(question: ManualQuestion, cells: Cells) -> dict[str, float]:
    given = cells.items.get(question.name, {})
    return {one.code: given[one.code] for one in question.items if one.code in given}


def _points(question: ManualQuestion, cells: Cells) -> float | None:
    """The number that was given, else the sum of the items once each has points; ``None``: not scored yet."""
    if (points := cells.points.get(question.name)) is not None:
        return points
    given = _items(question, cells)
    return together(given, question) if given and len(given) == len(question.items) else None


def together(given: Mapping[str, float], question: ManualQuestion) -> float:
    """What items come to: their sum, but never more than the question has."""
    return min(round(sum(given.values()), 9), question.points)


def contradictions(cells: Cells, config: Config) -> Iterator[tuple[str, str]]:
    """Questions whose number of points is not what their items add up to, and a sentence for each."""
    for question in config.manual:
        points, given = cells.points.get(question.name), _items(question, cells)
        come_to = together(given, question)
        if points is not None and given and come_to != points:
            yield (
                question.name,
                f"{number(points)} points, but its items add up to {number(come_to)}: correct one, or leave "
                f"{question.name} empty and give points to each item",
            )


def out_of_bounds(subject: Subject, value: Value, config: Config) -> str:
    """What is wrong with points that a question or item cannot have; empty where nothing is."""
    most = most_points(subject, config)
    points = value.points if isinstance(value, Override) else value
    if most is None or not isinstance(points, float | int) or points <= most:
        return ""
    return f"expected points from 0 to {number(most)}, or nothing; found {number(points)}"


def most_points(subject: Subject, config: Config) -> float | None:
    """What can be earned for a subject; ``None`` where the lab has no such thing."""
    if subject.what is What.OVERRIDE:
        every = {one.name: one.points for one in config.questions}
        every |= {one.name: one.points for one in config.manual}
        return every.get(subject.question)
    question = next((one for one in config.manual if one.name == subject.question), None)
    if question is None:
        return None
    if subject.what is What.ITEM:
        return next((one.points for one in question.items if one.code == subject.item), None)
    return question.points


def kept_for_nothing(state: State, config: Config) -> str:
    """What the journal keeps of questions and items that the lab has not; empty where nothing."""
    found = {
        f"{one.question}: {one.item}" if one.item else one.question
        for one, _ in state.held()
        if one.what not in (What.EXCUSE, What.SEEN, What.REPEAT, What.UNDONE) and not _is_there(one, config)
    }
    if not found:
        return ""
    return (
        f"kept, and without effect: what people decided about {listed(sorted(found))}, which the lab has not"
    )


def _is_there(one: Subject, config: Config) -> bool:
    if one.what is What.PRIVATE_NOTE:
        return True
    if one.what is What.COMMENT:
        return not one.question or any(one.question == question.name for question in config.manual)
    return most_points(one, config) is not None


def heading(subject: Subject) -> str:
    """What a person calls a subject: the heading of its column."""
    if subject.what is What.ITEM:
        return f"{subject.question}: {subject.item}"
    if subject.what is What.COMMENT:
        return f"{subject.question}: comment" if subject.question else COMMENT
    if subject.what in (What.PRIVATE_NOTE, What.SEEN):
        return f"{subject.question}: {subject.what.value}" if subject.question else subject.what.value
    return subject.question or LATE


def spelled(value: Value) -> str:
    """A value within a sentence."""
    if value is None:
        return "nothing"
    if isinstance(value, Override):
        points = "" if value.points is None else f"{number(value.points)} points, "
        return f"{points}{plain(value.reason, 60)!r}"
    return repr(plain(value, 60)) if isinstance(value, str) else number(value)


def names(people: Sequence[str]) -> str:
    """Some people, each once."""
    return listed(list(dict.fromkeys(people)))
