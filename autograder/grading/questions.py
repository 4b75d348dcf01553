"""The auto-graded questions: otter-grader test files, asked of one notebook.

otter reads the files, resolves the points and passes the parameters; the outcome of each case is
decided here, because three outcomes are needed and otter knows two: a case of ours that cannot run
is not a zero.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from autograder.errors import (
    ConfigurationError,
    KernelDied,
)
from autograder.grading.checks import NewsIfAlone, closest_comparison, collected_notes, hidden_case
from autograder.grading.lab_modules import own_modules
from autograder.grading.namespace import Namespace
from autograder.grading.opened_files import recorded, watch
from autograder.grading.pictures import collected_pictures
from autograder.grading.student_text import StudentText
from autograder.grading.test_files import read_test_file
from autograder.grading.verdicts import CHECK_FAILED, Verdict, is_vague, verdict
from autograder.heard import listening
from autograder.language import Catalogue
from autograder.language import judging as _
from autograder.model import CaseResult, Ending, Outcome, PartialCredit, QuestionResult

if TYPE_CHECKING:
    from otter.test_files import ExceptionTestFile

LONGEST_TEXT = 1_000
"""Characters of a message: a test case may quote what a student's code returned, and that is no place for
what it saw in a hidden case."""

MOST_MISSING = 20
"""Names of a case that are kept."""

LETHAL = (
    Ending.DIED, Ending.OUT_OF_MEMORY, Ending.DISK_FULL, Ending.FILE_LIMIT, Ending.THREAD_LIMIT,
    Ending.READING_LIMIT,
)  # fmt: skip
"""How a student's process ends, in a cell or while it is asked."""

MOST_DEATHS = 2
"""Cases of one question that may end the process; each costs another run of the notebook, and the cases
of a question call the same function."""

AFTER_A_TIMEOUT = 5.0
"""Seconds for a request of a question in which an earlier case ran out of time: most likely the same
endless loop again."""


@dataclass(frozen=True)
class Question:
    """One question with its parsed test file.

    Attributes:
        mistakes: codes of the mistakes that its cases can name, sorted.
        partial_credit: points by code, of those for which the course gives some.
    """

    name: str
    title: str
    forbid_autograd: bool
    file: ExceptionTestFile
    mistakes: tuple[str, ...] = ()
    partial_credit: Mapping[str, float] = field(default_factory=dict)


class Names(Namespace, Protocol):
    """A namespace that can be prepared for a test case.

    Attributes:
        missing: names that were asked for in vain.
    """

    missing: dict[str, None]

    def begin_case(
        self, seed: int, *, forbid_autograd: bool, patience: float | None, writes_back: bool
    ) -> None:
        """Forget what earlier cases made, seed the generators, set the autograd guard.

        Args:
            patience: seconds that a request of this case gets at most; ``None`` for no such bound.
        """


class Respondent(Protocol):
    """Whom the questions are put to."""

    def names(self) -> Names:
        """The notebook's names, asked of a living process."""

    def ending(self) -> Ending:
        """Why the process has ended, if it has."""


def load_questions(lab_root: Path, folder: str, wanted: Iterable[Any]) -> tuple[Question, ...]:
    """Read the test file of every question.

    Args:
        lab_root: directory of the configuration; test files may import what lies in it.
        folder: directory of the test files, relative to ``lab_root``.
        wanted: the configuration's questions (``name``, ``title``, ``points``, ``forbid_autograd``).

    Raises:
        ConfigurationError: a file is missing, broken, or its points differ from the configuration's.
    """
    with own_modules(lab_root):
        watch(lab_root)
        return tuple(_load(lab_root / folder / f"{question.name}.py", question) for question in wanted)


def _load(path: Path, wanted: Any) -> Question:
    try:
        with recorded():
            file = read_test_file(str(path))
            _prepare(file)
            mistakes = _known_mistakes(file)
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: no test file for the question {wanted.name!r}") from None
    except ConfigurationError:  # of `lab:`, and it says where
        raise
    except Exception as reason:  # a test file is a program: whatever it raises is the course's to fix
        raise ConfigurationError(f"{path}: cannot be read: {type(reason).__name__}: {reason}") from reason
    points = sum(case.points for case in file.test_cases)
    if file.name != wanted.name or abs(points - wanted.points) > 1e-9:
        raise ConfigurationError(
            f"{path}: is named {file.name!r} and has {points:g} points; "
            f"the configuration says {wanted.name!r} and {wanted.points:g}"
        )
    return Question(wanted.name, wanted.title, wanted.forbid_autograd, file, mistakes)


def _known_mistakes(file: ExceptionTestFile) -> tuple[str, ...]:
    """The codes of the Mistakes that the function ``mistakes`` of a test file gives, where it has one."""
    mistakes = _defined(file, "mistakes")
    return tuple(sorted({mistake.code for mistake in mistakes()})) if mistakes else ()


def _prepare(file: ExceptionTestFile) -> None:
    """Call the function ``prepare`` of a test file that has one.

    It computes what the cases need for every submission alike, and keeps it: once for all workers, while
    the packages of the notebooks are still being imported.
    """
    if prepare := _defined(file, "prepare"):
        prepare()


def _defined(file: ExceptionTestFile, name: str) -> Any:
    """What a test file of functions binds to ``name`` at its top; ``None`` where it binds nothing."""
    functions = (case.body.test_func for case in file.test_cases[:1])
    return next((function.__globals__.get(name) for function in functions if function is not None), None)


def ask(
    question: Question, respondent: Respondent, seed: int, said: StudentText | None = None
) -> QuestionResult:
    """Put every case of a question to one notebook.

    Args:
        said: what the notebook's code may say, over all questions; ``None``: this is the only one.

    Raises:
        AutograderError: trouble on our side that stops the submission, not the class.
    """
    cases: list[CaseResult] = []
    said = said or StudentText()
    with collected_notes() as notes, collected_pictures() as shown, listening(said.hear):
        for case in question.file.test_cases:
            cases.append(_ask_case(question, case, respondent, seed, cases, said))
    if question.file.all_or_nothing and any(case.outcome is Outcome.FAILED for case in cases):
        cases = [replace(case, points=0.0) for case in cases]
        notes.append(_("This question earns all of its points or none: every check has to pass."))
    credit = _credit(cases, question.partial_credit)
    return QuestionResult(
        question.name, question.title, tuple(cases), tuple(_bounded(notes, said)), tuple(shown.pictures),
        credit, curves=tuple(shown.curves),
    )  # fmt: skip


def _bounded(notes: Sequence[str], said: StudentText) -> Iterator[str]:
    for note in notes:
        text = said.within(note)
        yield NewsIfAlone(text) if isinstance(note, NewsIfAlone) else text


def with_news_only(results: Sequence[QuestionResult]) -> tuple[QuestionResult, ...]:
    """The results of a notebook without the notes that another question's lost points explain."""
    wrong = {result.name for result in results if result.points < result.possible}

    def is_news(note: str, question: str) -> bool:
        return not isinstance(note, NewsIfAlone) or wrong <= {question}

    return tuple(
        replace(result, notes=tuple(str(note) for note in result.notes if is_news(note, result.name)))
        for result in results
    )


def _credit(cases: Sequence[CaseResult], partial_credit: Mapping[str, float]) -> PartialCredit | None:
    """What the course gives for the mistake that explains every lost point, if that is more than was earned.

    Cases without points are not looked at: the public ones compare with numbers and name no mistakes.
    """
    lost = {case.mistake for case in cases if case.outcome is not Outcome.PASSED and case.possible > 0}
    mistake = lost.pop() if len(lost) == 1 else ""
    if partial_credit.get(mistake, 0) <= sum(case.points for case in cases):
        return None
    return PartialCredit(mistake, partial_credit[mistake])


def _ask_case(
    question: Question,
    case: Any,
    respondent: Respondent,
    seed: int,
    before: Sequence[CaseResult],
    said: StudentText,
) -> CaseResult:
    started = time.monotonic()
    endings = [result.ending for result in before]
    patience = AFTER_A_TIMEOUT if Ending.TIMED_OUT in endings else None

    missing: dict[str, None] = {}

    def run() -> None:
        nonlocal missing
        if sum(ending in LETHAL for ending in endings) >= MOST_DEATHS:
            raise KernelDied(_("not asked again: it ended the process in the checks before this one"))
        names = respondent.names()
        missing = names.missing
        names.begin_case(
            seed,
            forbid_autograd=question.forbid_autograd,
            patience=patience,
            # As where students run it. Where points are earned, nothing of the test is theirs to change.
            writes_back=not case.hidden and not case.points,
        )
        doubles = _numbers_of_the_notebook(names.doubles and not case.hidden)
        with recorded(), hidden_case(bool(case.hidden)), doubles:
            case.body.call_func(names)

    with closest_comparison() as closest:
        came_to = verdict(run, lambda: respondent.ending(), said)
    if came_to.lacked:
        missing[came_to.lacked] = None
    came_to = _without_a_value(came_to, missing)
    passed = came_to.outcome is Outcome.PASSED
    if case.failure_message and came_to.outcome is Outcome.FAILED:
        came_to = _with_the_authors_words(came_to, str(case.failure_message))
    message = came_to.message or ("" if passed else _(CHECK_FAILED))
    return CaseResult(
        name=_shown_name(question, case.name), outcome=came_to.outcome,
        points=float(case.points) if passed else 0.0,
        possible=float(case.points), hidden=bool(case.hidden), message=message[:LONGEST_TEXT],
        help=came_to.help[:LONGEST_TEXT], evidence=came_to.evidence[:LONGEST_TEXT],
        ending=came_to.ending, seconds=time.monotonic() - started, mistake=came_to.mistake,
        repeat=came_to.repeat[:LONGEST_TEXT],
        missing=() if passed else tuple(missing)[:MOST_MISSING], closest=closest[0] if closest else None,
    )  # fmt: skip


def _without_a_value(came_to: Verdict, missing: Mapping[str, None]) -> Verdict:
    """What a case came to; where it worked with the nothing that a missing name gives, that name instead."""
    if not missing or not is_vague(came_to.message) or "NoneType" not in came_to.evidence:
        return came_to
    return replace(
        came_to,
        message=_("{name} is not defined.").format(name=next(iter(missing))),
        help=_("Does its cell run, and is its name the one of the exercise?"),
        evidence="",
    )


def _with_the_authors_words(came_to: Verdict, words: str) -> Verdict:
    """What a case came to, with the `failure_message` of its test file where the check itself says less."""
    if not came_to.message:
        return replace(came_to, message=words)
    says_enough = came_to.help or came_to.ending is not Ending.FINISHED  # the student's code raised something
    return came_to if says_enough else replace(came_to, help=words)


def _shown_name(question: Question, name: str) -> str:
    """A case's name in the language of now, where the test file has a catalogue called ``_``."""
    words = _defined(question.file, "_")
    return words(name) if isinstance(words, Catalogue) else name


@contextmanager
def _numbers_of_the_notebook(doubles: bool) -> Iterator[None]:
    """Make tensors of the notebook's default type, as a public case does where students run it.

    Hidden cases ask with both types, each by its name.
    """
    torch = sys.modules.get("torch") if doubles else None
    if torch is None:
        yield
        return
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
