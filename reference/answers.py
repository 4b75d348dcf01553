"""How a case is put to a student's network: as it is, behind other functions, with foreign states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any

from autograder.errors import RequestTimedOut
from autograder.grading import checks
from autograder.grading.namespace import student_errors
from reference import cases, foreign_states
from reference.cases import Case
from reference.language import lab as _
from reference.oracle import Weights
from reference.results import same
from reference.student_network import FUNCTIONS, asked, network, set_weights

Ask = Callable[[Any, Case], Any]
"""Calls a student's function with the inputs of a case."""


class Behind(Enum):
    """What a training step has called on the same network before a function answers."""

    NOTHING = auto()
    FORWARD_PASS = auto()
    OWN_GRAD_H = auto()
    """Forward pass, then the notebook's own ∇h, and what else takes that and stands before the function."""


class Answers:
    """A student's answers to the cases of one question.

    Who keeps something of the functions before can only answer behind them, so a wrong or failing answer gets
    a second try behind a forward pass, and a third one behind ∇h. Once one of these was the right one, every
    later case is asked that way: several tries for each case would be several guesses.

    Args:
        ask: calls the student's function with the inputs of a case.
        before: methods of the network that take states and ∇h and come before the function in the lab's step;
            ``None`` where ∇h comes later or is asked for.

    Attributes:
        behind: what a right answer needed before it.
    """

    def __init__(self, env: Any, rnn_class: Any, ask: Ask, before: Sequence[str] | None = None) -> None:
        self._env, self._rnn_class, self._ask, self._before = env, rnn_class, ask, before
        self._failures: tuple[type[Exception], ...] = (checks.CheckFailed, *student_errors(env))
        self.behind = Behind.NOTHING

    def to(self, case: Case, is_right: Callable[[Any], bool]) -> Any:
        """The answer to ``case``; of several tries the right one, else the first.

        Raises:
            StudentCodeError: the student's function fails.
        """
        if self.behind is not Behind.NOTHING:
            return self._answer(case, self.behind)
        answer: Any = None
        problem: Exception | None = None
        try:
            answer = self._answer(case, Behind.NOTHING)
        except RequestTimedOut:
            raise  # a loop without end: another try only costs time
        except student_errors(self._env) as error:
            problem = error
        if problem is None and accepted(is_right, answer):
            return answer
        for behind in (Behind.FORWARD_PASS, *((Behind.OWN_GRAD_H,) if self._before is not None else ())):
            try:
                another = self._answer(case, behind)
            except RequestTimedOut:
                break
            except self._failures:
                continue
            if accepted(is_right, another):
                self.behind = behind
                return another
        if problem is not None:
            raise problem
        return answer

    def elsewhere(self) -> tuple[Case, Weights]:
        """A case and the weights to put into the network before it is asked: ``reference.foreign_states``.

        Who keeps the states of the forward pass is asked for those, but never with their gradients. Who keeps
        something of ∇h is asked with the gradients that belong to these states and to the other weights: no
        loss of any network has them either.
        """
        case = foreign_states.with_large_numbers(cases.of_the_lab()[0])
        weights = foreign_states.other_weights(case.weights)
        if self.behind is Behind.OWN_GRAD_H:
            return foreign_states.with_gradients_at(case, weights), weights
        case = foreign_states.with_foreign_gradients(case)
        keeps_states = self.behind is Behind.FORWARD_PASS
        return (case if keeps_states else foreign_states.with_foreign_states(case)), weights

    def with_other_weights(self, case: Case, weights: Weights) -> Any:
        """The answer to ``case`` when the weights change before it is asked; ``None`` where that fails.

        Raises:
            RequestTimedOut: the student's function does not end.
        """
        try:
            return self._answer(case, self.behind, weights)
        except RequestTimedOut:
            raise
        except self._failures:
            return None

    def _answer(self, case: Case, behind: Behind, other: Weights | None = None) -> Any:
        """The answer behind other functions; the weights become others behind the forward pass.

        Raises:
            CheckFailed: there is no ∇h before this function, or the notebook's own is not right.
        """
        rnn = network(self._rnn_class, case.weights)
        if behind is not Behind.NOTHING:
            asked(rnn, "forward", case)
        if other is not None:
            set_weights(rnn, other)
        if behind is Behind.OWN_GRAD_H:
            self._call_what_comes_before(rnn, case)
        return self._ask(rnn, case)

    def _call_what_comes_before(self, rnn: Any, case: Case) -> None:
        checks.require(
            self._before is not None, _("No gradient of the hidden states comes before this function.")
        )
        own = asked(rnn, FUNCTIONS["grad_h"], case)
        # With a wrong one nobody could tell what follows from it: all zeros hide every mistake.
        checks.require(same(own, case.gradients.h), _("The own gradient of the hidden states is not right."))
        for function in self._before or ():
            asked(rnn, function, case)


def accepted(is_right: Callable[[Any], bool], answer: Any) -> bool:
    """What ``is_right`` says, and no where the answer is not even a tensor of the right shape."""
    try:
        return is_right(answer)
    except checks.CheckFailed:
        return False
