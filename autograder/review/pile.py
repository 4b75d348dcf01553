"""All answers to one question as a pile on a desk: no names, an order of its own, equal ones together."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.config.schema import ManualQuestion as Asked
from autograder.model import AnswerState, Grade, ManualQuestion, Status
from autograder.notebook.answers import LONGEST_ANSWER, exercise_text
from autograder.notebook.template import read_template
from autograder.notebook.template_cells import template_cells
from autograder.review.alike import comparable
from autograder.review.claims import is_claim_only
from autograder.review.desk import ClassNow, Desk
from autograder.store.records import State
from autograder.store.seen import changed_since

NO_ANSWER = "no answer"
"""The writing that all answers share in which nothing stands."""

_TOKEN = 16
"""Hexadecimal digits: nobody meets two equal ones."""

_WORTH_A_LOOK = ("a text cell looks like code", "pasted pictures are not needed")
"""Beginnings of notes about a notebook that concern what stands in its texts."""


@dataclass(frozen=True)
class Answer:
    """One submission's answer to the question.

    Attributes:
        token: names it in addresses, and reveals nothing about whose it is.
        question: with what holds now.
        writing: equal for answers that say the same, or nothing.
        remarks: what whoever scores it should know, a few words each.
    """

    token: str
    grade: Grade
    question: ManualQuestion
    writing: str
    remarks: tuple[str, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has scored it."""
        return self.question.points is None

    def unmarked(self) -> Answer:
        """As if nobody had scored it."""
        items = tuple(replace(one, points=None) for one in self.question.items)
        return replace(self, question=replace(self.question, points=None, comment="", items=items))

    @property
    def given(self) -> tuple[object, ...]:
        """What holds for it, to be compared."""
        one = self.question
        return one.points, tuple(item.points for item in one.items), one.comment, one.override


@dataclass(frozen=True)
class Group:
    """Equal answers for which the same holds: they are scored once.

    Attributes:
        answers: in the order of the pile.
    """

    answers: Sequence[Answer]

    @property
    def first(self) -> Answer:
        """The one that is shown unless another is asked for."""
        return self.answers[0]

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has scored them."""
        return self.first.is_waiting

    @property
    def remarks(self) -> Sequence[str]:
        """What is to be known of any of them, each once."""
        return list(dict.fromkeys(remark for one in self.answers for remark in one.remarks))


@dataclass(frozen=True)
class Pile:
    """The answers of a class to one question.

    Attributes:
        question: as it is asked now.
        state: what people decided.
        answers: in the order of the pile.
        groups: in the order of the first answer of each.
    """

    question: Asked
    state: State
    answers: Sequence[Answer]
    groups: Sequence[Group]

    @property
    def scored(self) -> int:
        """How many answers are scored."""
        return sum(not one.is_waiting for one in self.answers)

    def find(self, token: str) -> tuple[int, Answer] | None:
        """An answer and the position of its group; ``None`` where there is none."""
        for at, group in enumerate(self.groups):
            for answer in group.answers:
                if answer.token == token:
                    return at, answer
        return None

    def following(self, at: int, wanted: Callable[[Group], bool]) -> Group | None:
        """The next such group after a position, from the beginning once the end is reached."""
        return next(filter(wanted, [*self.groups[at + 1 :], *self.groups[:at]]), None)

    def same_writing(self, answer: Answer) -> Sequence[Group]:
        """Groups of equal answers that got something else."""
        return [
            group
            for group in self.groups
            if group.first.writing == answer.writing and group.first.given != answer.given
        ]


class Piles:
    """The piles of a class. Any thread may call: what is kept is replaced as a whole.

    Args:
        desk: whose class it is.
    """

    def __init__(self, desk: Desk) -> None:
        settings = desk.run.settings
        drawn = settings.drawn_number if settings.case_number is None else settings.case_number
        self._secret = f"{drawn} {settings.config}".encode()
        template = read_template(desk.lab, template_cells) or ()
        self._exercises = {one.name: exercise_text(one.name, template) for one in desk.lab.config.manual}
        self._writings: dict[str, str] = {}
        self._claims: dict[tuple[str, str], bool] = {}
        self._known: dict[tuple[str, str], tuple[Grade, int, int, Answer]] = {}

    def of(self, name: str, now: ClassNow) -> Pile | None:
        """The answers to a question; ``None`` where the lab has no such question that a person scores."""
        asked = next((one for one in now.config.manual if one.name == name), None)
        if asked is None:
            return None
        copies = _copies(now.grades)
        answers = [
            self._known_answer(grade, question, now.state, copies.get(grade.digest, 0))
            for grade in now.grades.values()
            for question in grade.manual
            if question.name == name and grade.status is Status.GRADED
        ]
        answers.sort(key=lambda one: one.token)
        return Pile(asked, now.state, answers, list(_groups(answers)))

    def _known_answer(self, grade: Grade, question: ManualQuestion, state: State, copies: int) -> Answer:
        """An answer, made anew only where something about it has changed: each press asks for the pile."""
        key, last = (question.name, grade.submission.id), state.last_of(grade.submission.id)
        known = self._known.get(key)
        if known is None or known[0] is not grade or known[1:3] != (last, copies):
            known = grade, last, copies, self._answer(grade, question, state, copies)
            self._known[key] = known
        return known[3]

    def _answer(self, grade: Grade, question: ManualQuestion, state: State, copies: int) -> Answer:
        remarks = [*_looks(grade, question)]
        if self._is_claim(question):
            remarks.append("claim only: no formula but those of the exercise")
        if changed_since(state, grade, question.name):
            remarks.append("the answer changed since it was scored")
        if copies > 1:
            remarks.append(f"the same file was handed in {copies} times")
        named = f"{question.name} {grade.submission.id}".encode()
        token = hmac.digest(self._secret, named, "sha256").hex()[:_TOKEN]
        return Answer(token, grade, question, self._writing(grade, question), tuple(remarks))

    def _is_claim(self, question: ManualQuestion) -> bool:
        key = (question.name, question.answer)
        if key not in self._claims:
            self._claims[key] = is_claim_only(question.answer, self._exercises.get(question.name, ""))
        return self._claims[key]

    def _writing(self, grade: Grade, question: ManualQuestion) -> str:
        """Equal for answers that say the same; where pictures belong to one, for the same file only."""
        cut = len(question.answer) > LONGEST_ANSWER
        if question.pictures or grade.submission.pictures or cut:
            beside = grade.submission.id if grade.submission.pictures else ""
            return f"{grade.digest or grade.submission.id} {beside}"
        if not question.answer.strip():
            return NO_ANSWER
        if question.answer not in self._writings:
            same = comparable(question.answer).encode("utf-8", "surrogatepass")
            self._writings[question.answer] = hashlib.sha256(same).hexdigest()
        return self._writings[question.answer]


def _copies(grades: Mapping[str, Grade]) -> Mapping[str, int]:
    """How many submissions have the same bytes, by their digest."""
    found: dict[str, int] = {}
    for grade in grades.values():
        if grade.digest:
            found[grade.digest] = found.get(grade.digest, 0) + 1
    return found


def _groups(answers: Sequence[Answer]) -> Iterator[Group]:
    found: dict[tuple[object, ...], list[Answer]] = {}
    for one in answers:
        found.setdefault((one.writing, *one.given), []).append(one)
    return map(Group, found.values())


def _looks(grade: Grade, question: ManualQuestion) -> Iterator[str]:
    """What is to be known of an answer before anybody reads it."""
    if question.state is AnswerState.PLACEHOLDER:
        yield "the placeholder is unchanged"
    elif question.state is AnswerState.MISSING:
        yield "no answer found"
    if question.pictures:
        yield f"pictures in it: {len(question.pictures)}"
    if grade.submission.pictures:
        yield f"pictures beside the notebook: {len(grade.submission.pictures)}"
    if question.override is not None:
        yield "its points were changed by the course team"
    for note in grade.notes:
        if note.startswith(_WORTH_A_LOOK):
            yield note
