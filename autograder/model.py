"""The nouns: one frozen type per arrow of the pipeline. No I/O, no HTML, no clock.

submissions ──Submission──▶ kernel ──ExecutedNotebook──▶ grading ──Grade──▶ store ──Entry──▶ report, lms
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

OWN_FILE = "own file"
"""In the metadata of a field: its value lies in a file of its own, and results lack it."""


@dataclass(frozen=True)
class Beside:
    """A file that lies in an upload beside what is graded, and that nobody has unpacked.

    Attributes:
        upload: the folder or the archive that was given.
        path: components of its path there, that of an archive in it among them; untrusted text.
    """

    upload: Path
    path: tuple[str, ...]


@dataclass(frozen=True)
class Submission:
    """What one student handed in, before anybody opened it.

    Attributes:
        id: unique within a run, made of ``[A-Za-z0-9._-]`` only: safe as a file name.
        source: the member path inside the zip or folder, or the file name; untrusted text.
        student: the name that the LMS gave, else the file stem; untrusted text.
        lms_id: the LMS's identifier of the student, the team or the submission; empty where there is none.
        late_seconds: seconds after the deadline; ``None`` when unknown.
        file: where the notebook's bytes lie; ``None`` when there is nothing to grade.
        problem: why there is nothing to grade; empty when ``file`` is given.
        notes: what was done to get here ("opened the otter export …").
        lms: which LMS it came through; empty where nobody knows.
        place: what the LMS called the folder or file, which it wants to hear again with the feedback.
        own_path: the path that the student gave the file.
        submitted: when it was handed in, in ISO 8601; empty when unknown.
        late: whether it came after the deadline; ``None`` when unknown.
        draft: whether the LMS says that it was never submitted.
        set_aside: what else the student handed in and is not graded.
        pictures: names of some pictures and scans that were handed in beside the notebook; untrusted text.
        picture_files: where each of them lies; nothing where the uploads are not open.
    """

    id: str
    source: str
    student: str
    lms_id: str = ""
    late_seconds: float | None = None
    file: Path | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()
    lms: str = ""
    place: str = ""
    own_path: tuple[str, ...] = ()
    submitted: str = ""
    late: bool | None = None
    draft: bool = False
    set_aside: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    picture_files: tuple[Beside, ...] = field(
        default=(), compare=False, repr=False, metadata={OWN_FILE: True}
    )


@dataclass(frozen=True)
class Shortcuts:
    """What a notebook's run leaves away without any mark being another one; by default nothing.

    Attributes:
        left_out: position of each cell that does not run, and the names that it would have bound.
        recording_missed: what says, in the error of a cell (``Type: message``), that PyTorch may not have
            been ready for automatic differentiation; ``None`` where it is made ready for it as usual.
    """

    left_out: Mapping[int, frozenset[str]] = field(default_factory=dict)
    recording_missed: re.Pattern[str] | None = None

    @property
    def recording(self) -> bool:
        """Whether PyTorch prepares for automatic differentiation while the cells run."""
        return self.recording_missed is None

    @property
    def missing(self) -> frozenset[str]:
        """Names that nothing binds because their cells are left out."""
        return frozenset(name for names in self.left_out.values() for name in names)

    def may_explain(self, error: str) -> bool:
        """Whether a cell's error (``Type: message``) may come from recording being off."""
        return self.recording_missed is not None and bool(self.recording_missed.search(error[:2000]))

    def with_recording(self) -> Shortcuts:
        """The same cells, but PyTorch prepares as usual."""
        return replace(self, recording_missed=None)


AS_IT_IS = Shortcuts()
"""No shortcuts: every cell runs, with recording."""


class Ending(StrEnum):
    """How a cell, a request or a whole notebook ended. Every value reaches the report."""

    FINISHED = "finished"
    RAISED = "raised"
    AUTOGRAD = "automatic differentiation"
    TIMED_OUT = "timed out"
    TIME_USED_UP = "submission time used up"
    OUT_OF_MEMORY = "out of memory"
    DISK_FULL = "disk limit"
    FILE_LIMIT = "limit of files"
    THREAD_LIMIT = "thread limit"
    OUTPUT_LIMIT = "output limit"
    REPLY_LIMIT = "answer limit"
    READING_LIMIT = "more answers than the grader can hold"
    RESTART_LIMIT = "restart limit"
    DIED = "kernel died"
    SKIPPED = "skipped"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class CellRun:
    """One code cell's run.

    Attributes:
        index: position among all cells of the notebook, from 0.
        ending: how it ended.
        seconds: wall time.
        error: ``Type: message`` of the exception that it raised, as plain text; empty if none.
        line: where in the cell it stopped, from 1, as its own process says; 0 where nobody knows.
        passed_over: what of it did nothing, because no mark can depend on it, as its own process says.
        refused_address: the first address that it wanted to download from and that is not the lab's, as its
            process told us; empty if there was none. Untrusted text.
        first_line: the first line of its source that is not empty, shortened, for a page; untrusted text.
    """

    index: int
    ending: Ending
    seconds: float
    error: str = ""
    line: int = 0
    passed_over: tuple[str, ...] = ()
    refused_address: str = ""
    first_line: str = ""


@dataclass(frozen=True)
class Shown:
    """What a code cell showed when it ran, as its kernel said: untrusted, of any types.

    Attributes:
        count: its execution count.
        outputs: as the format of notebooks has them.
    """

    count: object
    outputs: Sequence[object]


@dataclass(frozen=True)
class ExecutedNotebook:
    """A notebook's run.

    Attributes:
        cells: one entry per code cell that has source, in order.
        seconds: wall time of the whole run, with every kernel that was started.
        start_seconds: what of it the starts took.
        outputs_cut: whether outputs beyond the limit were left out.
        shown: what cells showed, by their position among all cells, where that is kept; no mark needs it.
    """

    cells: tuple[CellRun, ...]
    seconds: float = 0.0
    start_seconds: float = 0.0
    outputs_cut: bool = False
    shown: Mapping[int, Shown] = field(default_factory=dict)


class Outcome(StrEnum):
    """What a test case came to. ``NOT_CHECKED`` is trouble on our side and never a zero."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class CaseResult:
    """One test case's outcome.

    Attributes:
        name: the case's name in the test file.
        outcome: passed, failed or not checked.
        points: points it earned; 0 unless passed.
        possible: points it can earn.
        hidden: whether the student's own copy of the tests lacks it.
        message: what is wrong, in the learner's words; empty when passed.
        help: what to look at; may be empty.
        evidence: the smallest numbers or traceback that show it; may be empty.
        repeat: lines of Python that show it once more in a cell of the student's notebook; may be empty.
        ending: how the student's side ended.
        seconds: wall time.
        missing: names that it needed and the notebook did not have.
        mistake: the lab's code of the known mistake that explains it; empty where none does.
        closest: of all comparisons of numbers the one that was closest to another outcome: its largest
            difference as a share of what is allowed; ``None`` where none was made, or each was exact.
    """

    name: str
    outcome: Outcome
    points: float
    possible: float
    hidden: bool
    message: str = ""
    help: str = ""
    evidence: str = ""
    ending: Ending = Ending.FINISHED
    seconds: float = 0.0
    missing: tuple[str, ...] = ()
    mistake: str = ""
    repeat: str = ""
    closest: float | None = None


@dataclass(frozen=True)
class PartialCredit:
    """Points that a course gives for a known mistake.

    Attributes:
        mistake: the lab's code of it.
        points: that a question earns at least when this mistake is all that it lost points for.
    """

    mistake: str
    points: float


@dataclass(frozen=True)
class Picture:
    """How densely points lie in the plane, as data: the report draws it.

    Attributes:
        title: what it shows, one sentence.
        x_label, y_label: what the axes are, with the unit.
        x_range, y_range: lowest and highest value of each axis.
        rows: from the highest y to the lowest, each from the lowest x to the highest: a digit for each
            field, 0 where no point lies, 9 where most do.
        diagonal: whether the line on which both values are equal belongs into it.
    """

    title: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    rows: tuple[str, ...]
    diagonal: bool = False


@dataclass(frozen=True)
class Curve:
    """How a positive number goes down or up, as data on a logarithmic axis: the report draws it.

    Attributes:
        title: what it shows, one sentence.
        x_label, y_label: what the axes are.
        steps: how many numbers it stands for.
        decades: exponents of ten at the lower and the upper end of the axis.
        heights: of equal parts of the steps, in order: from 0 at the lower to ``levels`` at the upper end;
            ``None`` where no number is.
        levels: how many heights are told apart.
        line: a number to compare with, and what it is called; ``None``: there is none.
    """

    title: str
    x_label: str
    y_label: str
    steps: int
    decades: tuple[int, int]
    heights: tuple[int | None, ...]
    levels: int
    line: tuple[float, str] | None = None


@dataclass(frozen=True)
class Override:
    """What the course team changed of a grade, and why.

    Attributes:
        points: that the question has from now on; ``None`` for lateness that is excused.
        reason: why, for the student.
        comment: more, for the student; may be empty.
        instead: the points that it would have otherwise; ``None`` where there are none.
    """

    points: float | None
    reason: str
    comment: str = ""
    instead: float | None = None


@dataclass(frozen=True)
class QuestionResult:
    """One auto-graded question: its cases, and remarks, pictures and curves that cost nothing.

    Attributes:
        credit: what the course gives for the mistake that was made; ``None`` where that is not more than the
            cases earned.
        override: what the course team decided instead of all that; ``None`` where it did not.
    """

    name: str
    title: str
    cases: tuple[CaseResult, ...]
    notes: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    credit: PartialCredit | None = None
    override: Override | None = None
    curves: tuple[Curve, ...] = ()

    @property
    def points(self) -> float:
        """Points that count: those that the course team gave, else those that were earned."""
        given = self.override.points if self.override else None
        return self.earned if given is None else given

    @property
    def earned(self) -> float:
        """Points that the checks gave, rounded to 9 digits so that thirds add up."""
        earned = sum(case.points for case in self.cases)
        return round(max(earned, self.credit.points) if self.credit else earned, 9)

    @property
    def possible(self) -> float:
        """Points that can be earned."""
        return round(sum(case.possible for case in self.cases), 9)

    @property
    def checked(self) -> bool:
        """Whether there is a verdict: the course team's, or one of every case."""
        return self.override is not None or all(
            case.outcome is not Outcome.NOT_CHECKED for case in self.cases
        )

    @property
    def failures(self) -> tuple[str, ...]:
        """Messages of the cases that failed, in their order; empty texts included."""
        return tuple(case.message for case in self.cases if case.outcome is Outcome.FAILED)


class Status(StrEnum):
    """``status`` of grades.csv."""

    GRADED = "graded"
    NOT_GRADABLE = "not_gradable"


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
