"""What a student's page says once: each message with its checks, each cause with its questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.language import judging
from autograder.language.cells import AT_A_LINE, CAUSE, LACKED
from autograder.model import CaseResult, Ending, Grade, Outcome, QuestionResult
from autograder.report.cells import named_cells


@dataclass(frozen=True)
class Finding:
    """What is wrong, and the failed checks that say so.

    Attributes:
        evidence: what each of them shows, without repetition.
        above: what is left to say where the top of the page says the rest; empty where it does not.
    """

    message: str
    help: str
    ending: Ending
    repeat: str
    evidence: tuple[str, ...]
    cases: tuple[CaseResult, ...]
    above: str = ""

    @property
    def lost(self) -> float:
        """Points that its checks can earn."""
        return sum(case.possible for case in self.cases)

    @property
    def says_enough(self) -> bool:
        """Whether nobody needs another check to see what is wrong."""
        named = any(case.mistake for case in self.cases)
        return bool(named or self.above or self.help or self.repeat or self.evidence)


@dataclass(frozen=True)
class Cause:
    """What concerns several questions: a cell that stopped, or the same message in each of them.

    Attributes:
        help: what to look at, where it is the same in all of them.
        place: the line of the notebook at which all of them stop; empty where there is none.
        begins: the first line of the cell that stopped, where the text does not quote it.
    """

    text: str
    help: str
    place: str
    questions: tuple[QuestionResult, ...]
    begins: str = ""


def causes_of(grade: Grade) -> list[Cause]:
    """What the page says at its top: cells that took others along and what several questions say alike, first
    what concerns most of them."""
    found = [
        Cause(text, "", "", _behind(text, grade.questions), _first_line(text, grade))
        for text in grade.first_causes
    ]
    saying: dict[str, list[tuple[QuestionResult, CaseResult]]] = {}
    for question in grade.questions:
        for case in _failed(question):
            if case.message and not _lacked(case):
                saying.setdefault(case.message, []).append((question, case))
    for message, said in saying.items():
        losing = {question.name for question, case in said if case.possible}
        if len(losing) > 1:
            questions = tuple({question.name: question for question, _case in said}.values())
            helps = {case.help for _question, case in said if case.help}
            places = {case.evidence.rpartition("\n")[2] for _question, case in said}
            found.append(Cause(message, _only(helps), _place(_only(places)), questions))
    return sorted(found, key=lambda cause: -len(cause.questions))


def _first_line(cause: str, grade: Grade) -> str:
    numbers = named_cells(cause)
    if not numbers or not 0 < numbers[0] <= len(grade.cells):
        return ""
    line = grade.cells[numbers[0] - 1].first_line
    return "" if line in cause else line


def _only(texts: set[str]) -> str:
    return next(iter(texts)) if len(texts) == 1 else ""


def _place(evidence: str) -> str:
    return evidence if judging.filled(AT_A_LINE, evidence) else ""


def findings_of(question: QuestionResult, causes: Sequence[Cause]) -> tuple[Finding, ...]:
    """The failed checks of a question by what they say: those whose mistake has a name first, then those that
    cost points.

    Args:
        causes: what the page says at its top.
    """
    groups: dict[tuple[str, str, Ending, str], list[CaseResult]] = {}
    for case in _failed(question):
        groups.setdefault((case.message, case.help, case.ending, case.repeat), []).append(case)
    found = [
        Finding(*what, tuple(dict.fromkeys(case.evidence for case in cases if case.evidence)), tuple(cases),
                _above(cases[0], causes))
        for what, cases in groups.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (not any(case.mistake for case in one.cases), not one.lost)))


def _failed(question: QuestionResult) -> Iterable[CaseResult]:
    return (case for case in question.cases if case.outcome is Outcome.FAILED)


def _above(case: CaseResult, causes: Sequence[Cause]) -> str:
    if lacked := _lacked(case):
        name, cause = lacked
        told = any(one.text.startswith(cause) for one in causes)
        return judging("{name} is not defined.").format(name=name) if told else ""
    told = any(
        one.text == case.message and case.help in ("", one.help) and (one.help or one.place) for one in causes
    )
    return case.message if told else ""


def _lacked(case: CaseResult) -> tuple[str, str] | None:
    """The name that a check lacked and its cause, where the check says both."""
    found = judging.filled(LACKED, case.message)
    named = found is not None and found["name"].isidentifier() and judging.filled(CAUSE, found["cause"])
    return (found["name"], found["cause"]) if found and named else None


def _behind(cause: str, questions: Iterable[QuestionResult]) -> tuple[QuestionResult, ...]:
    """The questions in which something is missing because of the cell that a sentence is about."""

    def is_concerned(case: CaseResult) -> bool:
        lacked = _lacked(case)
        return lacked is not None and cause.startswith(lacked[1])

    return tuple(question for question in questions if any(map(is_concerned, _failed(question))))
