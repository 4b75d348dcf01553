"""One call a question: ask a student's function, judge what it gives, say what is wrong."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.errors import RequestTimedOut
from autograder.gradients.cases import Case, cases_of, foreign_cases_of
from autograder.gradients.explanations import Seen, codes, explanation
from autograder.gradients.formula import Formula
from autograder.gradients.precision import in_either_precision
from autograder.gradients.repeat import repeated
from autograder.gradients.results import Result, explain
from autograder.gradients.shapes import in_its_shape, told_by_an_error
from autograder.grading import checks
from autograder.grading.checks import CheckFailed, Mistake
from autograder.grading.namespace import call_and_arguments, namespace_of, student_errors
from autograder.language import judging as _


def judge(env: Any, *formulas: Formula) -> None:
    """Judge a function of the notebook by each formula: the whole body of a hidden case.

    .. code-block:: python

        @test_case(name="random numbers", points=2, hidden=True)
        def random_numbers(env):
            from oracle import GRAD_W
            from autograder.gradients import judge

            judge(env, GRAD_W)

    Args:
        env: the notebook's names.
        formulas: of one function; several where it returns several results.

    Raises:
        CheckFailed: there is no such function, a result is wrong, or an argument has changed.
        StudentCodeError: the student's code fails; where the exception tells which axes met, it has a note.
        ConfigurationError: a formula cannot be computed.
    """
    for formula in formulas:
        if formula.arrays == "numpy":  # whose operations take any two number types together
            _judge(env, formula)
        else:
            in_either_precision(env, lambda: _judge(env, formula))  # noqa: B023  # called at once


def ready(*formulas: Formula) -> None:
    """Draw the cases of formulas: the whole body of a test file's ``prepare``.

    Raises:
        ConfigurationError: a formula cannot be computed, or no case shows its mistakes.
    """
    for formula in formulas:
        cases_of(formula)
        foreign_cases_of(formula)


def known(*formulas: Formula) -> set[Mistake]:
    """The mistakes that can be named: what the function ``mistakes`` of a test file returns."""
    return codes() | {slip.mistake for formula in formulas for slip in formula.slips if slip.alone}


def _judge(env: Any, formula: Formula) -> None:
    function = namespace_of(env).get(formula.function)
    if function is None or not callable(function):
        raise CheckFailed(
            _("There is no function {function} in your notebook.").format(function=formula.function),
            help=_("Does its cell run, and is its name the one of the exercise?"),
        )
    try:
        _explain(env, function, formula)
    except CheckFailed as failure:
        failure.repeat = repeated(env, function, formula)
        raise
    _follows_from_what_is_given(env, function, formula)


def _explain(env: Any, function: Any, formula: Formula) -> None:
    """Raise for a wrong answer, with what explains all of them."""
    cases = cases_of(formula)
    answers = [_answer(env, function, formula, case) for case in cases]
    results = [
        Result(answer, case.right, formula.mistakes(case.values), case.setting)
        for answer, case in zip(answers, cases, strict=True)
    ]
    try:
        explain(results, formula.result, formula.says)
    except CheckFailed as failure:
        seen = [
            Seen(one, case.right, case.terms, case.sizes) for one, case in zip(answers, cases, strict=True)
        ]
        with checks.closest_comparison():  # which words fit is no comparison that decides
            found = None if failure.mistake else explanation(seen, formula)
        if found is None:
            raise
        raise CheckFailed(found, help=failure.help, evidence=failure.evidence) from None


def _answer(env: Any, function: Any, formula: Formula, case: Case) -> Tensor:
    """What the function gives for a case, float64 and of the right shape."""
    try:
        answer = _called(function, formula, case)
    except RequestTimedOut:
        raise
    except student_errors(env) as error:
        if told := told_by_an_error(str(error), formula.function, case.sizes, case.setting):
            error.add_note(told)
        raise
    return in_its_shape(checks.as_tensor(_part(answer, formula), formula.result), formula, case)


def _called(function: Any, formula: Formula, case: Case) -> Any:
    """The answer.

    Raises:
        CheckFailed: and an argument has changed.
    """
    named = {one.name: formula.handed(one, case.values[one.name]) for one in formula.takes}
    if formula.call is not None:
        return formula.call(function, named)
    answer, afterwards = call_and_arguments(function, tuple(named.values()))
    for one, value in zip(formula.takes, afterwards, strict=True):
        kept = checks.as_tensor(value, one.name)
        expected = checks.as_tensor(formula.handed(one, case.values[one.name]), one.name)
        if not torch.equal(kept, expected):
            text = _("{function} changes {argument} in place.")
            raise CheckFailed(
                Mistake("changed_in_place", text.format(function=formula.function, argument=one.name)),
                help=_("What is given is needed again afterwards: write to a copy."),
            )
    return answer


def _part(answer: Any, formula: Formula) -> Any:
    """The part of an answer that is judged."""
    if formula.part is None:
        return answer
    if isinstance(formula.part, str):
        there = isinstance(answer, dict) and formula.part in answer
    else:
        there = isinstance(answer, list | tuple) and formula.part < len(answer)
    if not there:
        raise CheckFailed(
            _("{function} returns no {part}.").format(function=formula.function, part=formula.part),
            help=_("The exercise says what it returns, and in which order or under which name."),
        )
    return answer[formula.part]


def _follows_from_what_is_given(env: Any, function: Any, formula: Formula) -> None:
    """Check that right answers do not come from differentiating the network once more.

    Raises:
        CheckFailed: they are wrong, or there are none, for values of no forward pass.
    """
    failures: tuple[type[Exception], ...] = (CheckFailed, *student_errors(env))
    for case in foreign_cases_of(formula):
        try:
            answer = _answer(env, function, formula, case)
            follows = Result(answer, case.right, {}, case.setting).is_right
        except RequestTimedOut:
            raise
        except failures:
            follows = False
        if not follows:
            raise CheckFailed(
                Mistake(
                    "not_from_what_is_given",
                    _("{name} does not follow from the numbers that are handed over.").format(
                        name=formula.result
                    ),
                ),
                help=_(
                    "Use the formula with the numbers that are handed over, instead of running the forward "
                    "pass again or measuring small differences."
                ),
                evidence=_("{setting}: right for the numbers of a forward pass, wrong for others").format(
                    setting=case.setting
                ),
            )
