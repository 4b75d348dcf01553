"""The lab's own sizes decide about points; other sizes explain a failure and earn a remark.

The lab trains on 24 hours, 6 columns and 10 hidden units, and its own asserts check these. Who writes the
numbers down is right there. A course that wants more sets ``lab: any_size: true``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograder.errors import RequestTimedOut
from autograder.gradients.results import explain as explain_by_name
from autograder.gradients.shapes import told_by_an_error
from autograder.grading import checks
from autograder.grading.namespace import namespace_of, student_errors
from reference import cases
from reference.cases import Case
from reference.counterexamples import METHODS, repeated
from reference.language import lab as _
from reference.results import Result, explain
from reference.settings import settings

Look = Callable[[Case], Sequence[Result]]
"""Puts a case to a student's code. Raises CheckFailed for an answer that is no tensor of the right shape."""

REMARK_SECONDS = 5.0
"""Deadline of one call that decides nothing; at the lab's sizes it took less than a request may."""


def at_all_sizes(env: Any, subject: str, name: str, help: str, look: Look) -> None:
    """:func:`decide`, then :func:`remark`: arguments and errors are theirs."""
    decide(env, name, help, look)
    remark(env, subject, look)


def decide(env: Any, name: str, help: str, look: Look, *, alone: Callable[[], bool] = lambda: True) -> None:
    """Judge what ``look`` sees at the lab's sizes; all sizes count with ``any_size``.

    Args:
        name: of the result, for the message.
        help: what to look at.
        alone: whether the function is asked without others before it, as who repeats it would.

    Raises:
        CheckFailed: a result is wrong. The message names the mistake that explains all results of the lab's
            sizes, and shows the smallest case that is wrong in the same way, and how to see a public one.
        StudentCodeError: the student's code fails.
    """
    try:
        if settings().any_size:
            _at_every_size(env, name, help, look)
            return
        results = [result for case in cases.of_the_lab() for result in _seen(env, name, look, case)]
        # Rows of grad_h are judged by each other, second calls by the first: a factor says little there.
        tell = explain if name in METHODS and name != "grad_h" else explain_by_name
        tell(results, _(name), help, _smaller(env, look))
    except checks.CheckFailed as failure:
        failure.repeat = repeated(env, name, look) if alone() else ""
        raise


def _seen(env: Any, name: str, look: Look, case: Case) -> Sequence[Result]:
    """What ``look`` gives for a case; an error of the student's code gets a note on axes or index."""
    try:
        return look(case)
    except RequestTimedOut:
        raise
    except student_errors(env) as error:
        if told := told_by_an_error(str(error), METHODS.get(name, "forward"), case.axes, case.setting):
            error.add_note(told)
        raise


def _at_every_size(env: Any, name: str, help: str, look: Look) -> None:
    """As :func:`decide` where all sizes count: one that fails hides no mistake that explains all others."""
    failures: tuple[type[Exception], ...] = (checks.CheckFailed, *student_errors(env))
    results: list[Result] = []
    failed: Exception | None = None
    for case in cases.sequences():
        try:
            results += _seen(env, name, look, case)
        except RequestTimedOut:
            raise
        except failures as failure:
            failed = failed or failure
    try:
        explain_by_name(results, _(name), help)
    except checks.CheckFailed as found:
        if failed is None or found.mistake:
            raise
    if failed is not None:
        raise failed


def _smaller(env: Any, look: Look) -> Iterator[Result]:
    """What small cases give, as far as they give an answer of the right shape."""
    failures: tuple[type[Exception], ...] = (checks.CheckFailed, *student_errors(env))
    for case in cases.of_other_sizes():
        try:
            with namespace_of(env).time_limit(REMARK_SECONDS):
                found = look(case)
        except RequestTimedOut:
            return
        except failures:
            continue
        yield from found


def remark(env: Any, subject: str, look: Look) -> None:
    """Tell on which of the lab's sizes right code relies, if it does; it costs nothing.

    Args:
        subject: the function that is judged.
    """
    if settings().any_size:
        return
    for case in cases.of_other_sizes():
        if not _works(env, look, case):
            relies_on = [
                _size_in_words(size)
                for size in cases.ONE_OTHER_SIZE
                if not _works(env, look, cases.without(size))
            ]
            checks.note(only_for(subject, relies_on) if relies_on else fails_at(subject, case))
            return


def _works(env: Any, look: Look, case: Case) -> bool:
    """Whether ``look`` gives right results for a case.

    A loop without end is waited for each time; there are four such waits at most.
    """
    failures: tuple[type[Exception], ...] = (checks.CheckFailed, *student_errors(env))
    try:
        with namespace_of(env).time_limit(REMARK_SECONDS):
            return all(result.is_right for result in look(case))
    except failures:
        return False


def only_for(subject: str, sizes: Sequence[str]) -> str:
    """The remark on code that is right for some sizes only, such as "24 hours"."""
    return _(
        "{subject} works for {sizes} only. That is right in this lab; sizes taken from what "
        "it is given (len(x), self.hidden_state_size, self.num_features) would make it work for any."
    ).format(subject=subject, sizes=_(" and ").join(sizes))


def _size_in_words(size: str) -> str:
    """A key of :data:`cases.ONE_OTHER_SIZE` in the language of now."""
    count, what = size.split(" ", 1)
    words = {
        "hours": _("{count} hours"),
        "hidden units": _("{count} hidden units"),
        "columns": _("{count} columns"),
    }
    return words[what].format(count=count)


def fails_at(subject: str, case: Case) -> str:
    """The remark on code that fails for a case of other sizes."""
    return _(
        "{subject} is right in this lab, but not for every size: not for {setting}, for example."
    ).format(subject=subject, setting=case.setting)
