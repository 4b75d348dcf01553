"""How a case is put to a student's network: as it is, behind a forward pass, with foreign states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.errors import RequestTimedOut
from autograder.grading import checks
from autograder.grading.namespace import student_errors
from reference import cases, foreign_states
from reference.cases import Case, given
from reference.oracle import Weights
from reference.student_network import network, set_weights

Ask = Callable[[Any, Case], Any]
"""Calls a student's function with the inputs of a case."""


class Answers:
    """A student's answers to the cases of one question.

    Who keeps the states of the forward pass can only answer after one, so a wrong or failing answer gets a
    second try behind a forward pass. Once that was the right one, every later case is asked that way:
    two tries for each case would be two guesses.

    Args:
        ask: calls the student's function with the inputs of a case.

    Attributes:
        keeps_states: whether a right answer needed a forward pass before it.
    """

    def __init__(self, env: Any, rnn_class: Any, ask: Ask) -> None:
        self._env, self._rnn_class, self._ask = env, rnn_class, ask
        self.keeps_states = False

    def to(self, case: Case, is_right: Callable[[Any], bool]) -> Any:
        """The answer to ``case``; of two tries the right one, else the first.

        Raises:
            StudentCodeError: the student's function fails.
        """
        if self.keeps_states:
            return self._after_a_forward_pass(case)
        answer: Any = None
        problem: Exception | None = None
        rnn = network(self._rnn_class, case.weights)
        try:
            answer = self._ask(rnn, case)
        except RequestTimedOut:
            raise  # a loop without end: another try only costs time
        except student_errors(self._env) as error:
            problem = error
        if problem is None and accepted(is_right, answer):
            return answer
        try:
            second = self._after_a_forward_pass(case)
        except student_errors(self._env):
            second = None
        if accepted(is_right, second):
            self.keeps_states = True
            return second
        if problem is not None:
            raise problem
        return answer

    def elsewhere(self) -> tuple[Case, Weights]:
        """A case and the weights to put into the network before it is asked: ``reference.foreign_states``.

        Who keeps the states of the forward pass is asked for those, but never with their gradients.
        """
        case = foreign_states.with_foreign_gradients(foreign_states.with_large_numbers(cases.of_the_lab()[0]))
        weights = foreign_states.other_weights(case.weights)
        return (case if self.keeps_states else foreign_states.with_foreign_states(case)), weights

    def with_other_weights(self, case: Case, weights: Weights) -> Any:
        """The answer to ``case`` when the weights change before it is asked; ``None`` where that fails.

        Raises:
            RequestTimedOut: the student's function does not end.
        """
        try:
            rnn = network(self._rnn_class, case.weights)
            if self.keeps_states:
                rnn.forward(given(case.x))
            set_weights(rnn, weights)
            return self._ask(rnn, case)
        except RequestTimedOut:
            raise
        except student_errors(self._env):
            return None

    def _after_a_forward_pass(self, case: Case) -> Any:
        rnn = network(self._rnn_class, case.weights)
        rnn.forward(given(case.x))
        return self._ask(rnn, case)


def accepted(is_right: Callable[[Any], bool], answer: Any) -> bool:
    """What ``is_right`` says, and no where the answer is not even a tensor of the right shape."""
    try:
        return is_right(answer)
    except checks.CheckFailed:
        return False
