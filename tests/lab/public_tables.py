"""What the tables of ``reference.public_mistakes`` must say, computed from the mistakes that have names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from reference import formula, misconceptions
from reference.cases import Case
from reference.example_numbers import LAB_SIZES, TWO_STATES
from reference.oracle import Gradients, Weights
from reference.worked_examples import weighted_sum


def exact(numbers: Any) -> Tensor:
    """Numbers of an example, float64."""
    return torch.tensor(numbers, dtype=torch.float64)


def as_case(example: Mapping[str, Any]) -> Case:
    """An example as a case of the questions; no mistake looks at the gradients that it lacks."""
    weights = Weights(**{name: exact(value) for name, value in example["weights"].items()})
    grad_h = exact(example["grad_h"])
    gradients = Gradients(grad_h, *[grad_h] * 5)
    x, hidden = exact(example["x"]), exact(example["hidden"])
    return Case(weights, x, exact(example["y_true"]), hidden, exact(example["y_pred"]), gradients)


def in_all_rows(case: Case) -> dict[str, Tensor]:
    """∇h, (T, H), with a mistake in its last row or in the recursion, by sentence."""
    factor = formula.residual(case.y_true, case.y_pred)
    right = formula.grad_last_state(case.weights, factor)
    found = {}
    for sentence, last in misconceptions.last_state(case).single().items():
        rows = [last]
        for hidden_next in case.hidden[1:].flip(0):
            rows.insert(0, formula.step_back(case.weights, hidden_next, rows[0]))
        found[sentence] = torch.stack(rows)
        if sentence.code == "from_the_front":  # there the rows follow from one another the other way round
            rows = [right]
            for hidden_before in case.hidden[:-1]:
                rows.append(formula.step_back(case.weights, hidden_before, rows[-1]))
            found[sentence] = torch.stack(rows)
    return found | misconceptions.recursion(case, right).single()


def of_states(case: Case) -> dict[str, Tensor]:
    """The states, (T, H), with a mistake in them, by sentence."""
    return dict(misconceptions.hidden_states(case).single())


WRONG = {
    "grad_b": lambda case: misconceptions.grad_b(case).single(),
    "grad_c": lambda case: misconceptions.grad_c(case).single(),
    "grad_h": in_all_rows,
    "grad_u": lambda case: misconceptions.grad_u(case).single(),
    "grad_v": lambda case: misconceptions.grad_v(case).single(),
    "grad_w": lambda case: misconceptions.grad_w(case).single(),
    "hidden": of_states,
}


def table_of(what: str) -> dict[str, tuple[float, float]]:
    """The weighted sums that each mistake in ``what`` gives for both examples, by sentence."""
    small, large = (WRONG[what](as_case(example)) for example in (TWO_STATES, LAB_SIZES))
    return {
        str(sentence): (round(weighted_sum(small[sentence]), 4), round(weighted_sum(large[sentence]), 4))
        for sentence in small
    }


def source() -> Iterator[str]:
    """The tables as they stand in the module."""
    for what in WRONG:
        yield f"{what.upper()} = {{"
        yield from (f'    later("{sentence}"): {sums},' for sentence, sums in table_of(what).items())
        yield "}"
