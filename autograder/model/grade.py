"""All that came out for one submission."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from autograder.model.answers import ManualQuestion
from autograder.model.questions import Override, QuestionResult
from autograder.model.running import CellRun
from autograder.model.submission import OWN_FILE, Submission


class Status(StrEnum):
    """``status`` of grades.csv."""

    GRADED = "graded"
    NOT_GRADABLE = "not_gradable"


@dataclass(frozen=True)
class Grade:
    """The result for one submission.

    Attributes:
        submission: what was graded.
        status: graded, or not gradable.
        reason: why it is not gradable; empty when graded.
        questions: the auto-graded questions in the order of the configuration.
        manual: the questions that wait for a person.
        cells: how each code cell ended.
        first_causes: the cells that stopped and took questions along, as sentences that quote the student.
        flags: short remarks for the TA ("autograd in one of the gradients"); never a verdict.
        notes: what was repaired or skipped on the way.
        limits_hit: the limits that the submission ran into, with their values.
        sandbox_layers: the layers that were active.
        versions: versions of what computed the marks.
        seed: the seed of this run.
        case_number: that the inputs of hidden cases came from; students must not read it.
        fingerprint: hash of lab content, engine and package versions.
        lab_files: what the lab's test files had opened until then: SHA-256 by path, relative to the lab's
            folder (:mod:`autograder.grading.opened_files`).
        digest: SHA-256 of the notebook's bytes, 64 hexadecimal digits; empty where there are none.
        trouble: whether the reason lies on our side, so that another run may come to a grade.
        starved: whether a time limit was missed while others used the processor too.
        same_as: submissions with the same bytes, a few of them by source or name: for the TA to look at.
        confined: whether student code ran in the sandbox, if it ran.
        all_cells: whether it was asked for that no cell is left out and nothing else done to save time.
        mark: points that go back, lateness and rounding included; ``None`` when not gradable.
        penalty: what lateness cost and why; empty when it is no matter.
        excused: why lateness costs nothing; ``None`` where the course team did not say so.
        comment: of the course team, for the student, about the submission as a whole; may be empty.
        seconds: wall time of everything.
        phases: seconds per phase (``start``, ``cells``, ``questions``).
        executed: the notebook with the outputs of its run, as the bytes of a file of its own; empty where it
            is not kept, and as soon as it is written.
    """

    submission: Submission
    status: Status
    reason: str = ""
    questions: tuple[QuestionResult, ...] = ()
    manual: tuple[ManualQuestion, ...] = ()
    cells: tuple[CellRun, ...] = ()
    first_causes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    limits_hit: tuple[str, ...] = ()
    sandbox_layers: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    seed: int = 0
    case_number: int = 0
    fingerprint: str = ""
    lab_files: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    trouble: bool = False
    starved: bool = False
    same_as: tuple[str, ...] = ()
    confined: bool = True
    all_cells: bool = False
    mark: float | None = None
    penalty: str = ""
    excused: Override | None = None
    comment: str = ""
    seconds: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)
    executed: bytes = field(default=b"", compare=False, repr=False, metadata={OWN_FILE: True})

    @property
    def score(self) -> float:
        """Sum of the points of the auto-graded questions and of those that a person has scored."""
        by_hand = sum(question.points for question in self.manual if question.points is not None)
        return round(sum(question.points for question in self.questions) + by_hand, 9)

    @property
    def max_score(self) -> float:
        """Sum of the possible points of the same questions."""
        by_hand = sum(question.possible for question in self.manual if question.points is not None)
        return round(sum(question.possible for question in self.questions) + by_hand, 9)


@dataclass(frozen=True, slots=True)
class QuestionEntry:
    """What a class's report says of one question: a :class:`QuestionResult` without its cases.

    Attributes:
        failures: messages of the cases that failed, shortened.
    """

    name: str
    title: str
    points: float
    possible: float
    checked: bool
    failures: tuple[str, ...] = ()
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a class's report says of one submission: a :class:`Grade` without cases, cells, answers and notes.

    A class of thousands is held as such; the fields mean what they mean there.

    Attributes:
        manual_digests: of what lies before whoever scores each question of ``manual``
            (:mod:`autograder.store.seen`).
    """

    submission: Submission
    status: Status
    reason: str
    questions: tuple[QuestionEntry, ...]
    manual: tuple[ManualQuestion, ...]
    flags: tuple[str, ...]
    limits_hit: tuple[str, ...]
    same_as: tuple[str, ...]
    sandbox_layers: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    seed: int
    case_number: int
    fingerprint: str
    score: float
    max_score: float
    mark: float | None
    penalty: str
    seconds: float
    excused: Override | None = None
    comment: str = ""
    manual_digests: tuple[str, ...] = ()
