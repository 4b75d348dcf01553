"""One question, or all, put to a few notebooks: the solution, what students get, and a file of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.config.load import Lab
from autograder.config.wording import unknown_field
from autograder.errors import UsageError
from autograder.grading.checks.failing import read_by_the_author
from autograder.grading.course import opened
from autograder.grading.pipeline import grade
from autograder.grading.run_settings import RunSettings
from autograder.model import Grade, Outcome, QuestionResult, Status, Submission


@dataclass(frozen=True)
class Tried:
    """What one notebook came to.

    Attributes:
        file: the notebook.
        wanted: points that each question must give; ``None``: nobody knows.
        grade: what came out.
    """

    file: Path
    wanted: str | None
    grade: Grade

    def is_as_wanted(self) -> bool:
        """Whether the solution earns everything, the template nothing; true of every other notebook."""
        if self.grade.status is not Status.GRADED:
            return False
        return all(not unwanted(question, self.wanted) for question in self.grade.questions)


SOLUTION, TEMPLATE = "everything", "nothing"


def unwanted(question: QuestionResult, wanted: str | None) -> bool:
    """Whether a question gave other points than it must, or the solution failed a check without points."""
    must = {SOLUTION: question.possible, TEMPLATE: 0.0}.get(wanted or "", question.points)
    failed = wanted == SOLUTION and any(case.outcome is not Outcome.PASSED for case in question.cases)
    return question.points != must or not question.checked or failed


def only(lab: Lab, names: Sequence[str]) -> Lab:
    """The lab with these auto-graded questions, in its own order.

    Raises:
        UsageError: it has no such question.
    """
    known = [question.name for question in lab.config.questions]
    for name in names:
        if name not in known:
            raise UsageError(f"{lab.path}: {unknown_field(name, known, 'question')}")
    chosen = tuple(question for question in lab.config.questions if not names or question.name in names)
    credit = {name: codes for name, codes in lab.config.partial_credit.items() if not names or name in names}
    return replace(lab, config=lab.config.model_copy(update={"questions": chosen, "partial_credit": credit}))


def try_out(lab: Lab, settings: RunSettings, own: Sequence[Path]) -> Iterator[Tried]:
    """Grade solution and template, where the lab has built them, and the author's own notebooks.

    Args:
        lab: with the questions that are asked.

    Raises:
        UsageError: a notebook is not there, or there is none at all.
        AutograderError: the lab or the machine cannot grade.
    """
    notebooks = [*_built(lab), *((file, None) for file in own)]
    if not notebooks:
        raise UsageError(f"{lab.path}: nothing is built yet: run autograder build, or name a notebook")
    for file in own:
        if not file.is_file():
            raise UsageError(f"{file}: there is no such notebook")
    with opened(lab, settings) as course:
        for file, wanted in notebooks:
            with read_by_the_author():
                found = grade(Submission("trial", file.name, "trial", file=file), course)
            yield Tried(file, wanted, found)


def _built(lab: Lab) -> Iterator[tuple[Path, str | None]]:
    template = lab.template()
    if lab.config.build is None or template is None:
        return
    for file, wanted in ((lab.file(lab.config.build.solution), SOLUTION), (template, TEMPLATE)):
        if file.is_file():
            yield file, wanted
