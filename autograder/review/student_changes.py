"""What the forms of a student's page mean, and how decisions read in its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from autograder.config.schema import Config
from autograder.files.visible import number, plain
from autograder.model import Grade, Override
from autograder.store.decided import out_of_bounds
from autograder.store.records import LONGEST_TEXT, Decision, Record, Subject, Value, What
from autograder.store.seen import looked_at
from autograder.store.told import points_in


class Refused(Exception):
    """A form that cannot be meant; the message says why, for the person who sent it."""


def decisions_of(form: Mapping[str, str], grade: Grade, config: Config) -> Sequence[Decision]:
    """What a form decides about a student.

    Args:
        form: its fields: ``do`` says what, ``back`` that it is taken back.

    Raises:
        Refused: something is missing, or cannot be.
    """
    student, question = grade.submission.id, form.get("question", "")
    taken_back = "back" in form
    match form.get("do", ""):
        case "override":
            subject = Subject(student, _known(question, config), What.OVERRIDE)
            if taken_back:
                return [Decision(subject, None)]
            value = Override(_points(form), _text(form, "reason"), _text(form, "comment", needed=False))
            if wrong := out_of_bounds(subject, value, config):
                raise Refused(f"{wrong[0].upper()}{wrong[1:]}.")
            return [Decision(subject, value), looked_at(grade, question)]
        case "excuse":
            subject = Subject(student, "", What.EXCUSE)
            if taken_back:
                return [Decision(subject, None)]
            return [
                Decision(subject, Override(None, _text(form, "reason"), _text(form, "comment", needed=False)))
            ]
        case "comment":
            name = _known(question, config) if question else ""
            return [Decision(Subject(student, name, What.COMMENT), _text(form, "text", needed=False) or None)]
        case "note":
            return [
                Decision(Subject(student, "", What.PRIVATE_NOTE), _text(form, "text", needed=False) or None)
            ]
    raise Refused("This is no form of this page.")


def _known(question: str, config: Config) -> str:
    if question not in _titles(config):
        raise Refused("The lab has no such question any more.")
    return question


def _titles(config: Config) -> dict[str, str]:
    """What the lab's questions are called, by their names."""
    titles = {one.name: one.title for one in config.questions}
    return titles | {one.name: one.title for one in config.manual}


def _points(form: Mapping[str, str]) -> float:
    points = points_in(form.get("points", ""))
    if points is None or not points >= 0:
        raise Refused("Points are a number from 0 on, as in 1.5.")
    return points


def _text(form: Mapping[str, str], name: str, *, needed: bool = True) -> str:
    text = form.get(name, "")
    if needed and not text:
        raise Refused("A reason is missing: the student reads it.")
    if len(text) > LONGEST_TEXT:
        raise Refused(f"The {name} is longer than {LONGEST_TEXT} characters.")
    return text


@dataclass(frozen=True)
class Step:
    """One line of the history of a student.

    Attributes:
        when: ISO 8601.
        time: for people, in this machine's time zone.
        who: decided.
        about: what.
        before, after: what held until then, and since.
        is_private: whether students never read it.
    """

    when: str
    time: str
    who: str
    about: str
    before: str
    after: str
    is_private: bool


def history(records: Sequence[Record], config: Config) -> list[Step]:
    """What was decided about a student, newest first."""
    titles = _titles(config)
    return [
        Step(
            one.when,
            datetime.fromisoformat(one.when).astimezone().strftime("%d %b %Y, %H:%M"),
            plain(one.who, 60),
            _about(one.subject, titles),
            _said(one.before),
            _said(one.after),
            one.subject.what is What.PRIVATE_NOTE,
        )
        for one in reversed(records)
        if one.subject.what in _ABOUT
    ]


_ABOUT = {
    What.POINTS: "points",
    What.ITEM: "item",
    What.COMMENT: "comment to the student",
    What.PRIVATE_NOTE: "private note",
    What.OVERRIDE: "points changed",
    What.EXCUSE: "lateness excused",
}


def _about(subject: Subject, titles: Mapping[str, str]) -> str:
    what = f"{_ABOUT[subject.what]} {subject.item}".strip()
    title = titles.get(subject.question, subject.question)
    return f"{title}: {what}" if title else what[0].upper() + what[1:]


def _said(value: Value) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Override):
        points = "" if value.points is None else f"{number(value.points, 2)} points: "
        return plain(f"{points}{value.reason}", 300)
    return plain(value, 300) if isinstance(value, str) else number(value, 2)


def newer(record: Record, config: Config) -> str:
    """Who was there first with what, as a sentence."""
    steps = history([record], config)
    if not steps:
        return "Somebody else has saved something about this at the same time. Nothing of yours was saved."
    (step,) = steps
    return (
        f"{step.who} has changed this meanwhile ({step.about}: {step.after}). Nothing of yours was saved: "
        "look at it, and save again if yours is to hold."
    )
