"""A notebook that knows every answer to the hidden cases of one case number, and no formula.

The table is made as an attacker would make it: right functions are asked the public test files, and what they
are given and answer is written down.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from autograder.grading.case_number import FIXED, cases_of
from tests.corpus import in_one_process
from tests.corpus.cases import Cell, as_notebook, base_cells

GRADIENTS = ("grad_h", "grad_c", "grad_b", "grad_v", "grad_w", "grad_u")

KEY = '''
def key(name, rnn, given):
    """What a call can be told by, as text: sums of the weights and of what is handed over."""
    weights = [rnn.u, rnn.w, rnn.v, rnn.b, rnn.c]
    return name + ",".join(f"{float(one.double().sum()):.3f}" for one in (*weights, *given))
'''

LOOK_UP = '''
def look_up(name):
    def answer(self, *given):
        size = {"h": self.w[: 1].shape, "c": self.c.shape, "b": self.b.shape, "v": self.v.shape,
                "w": self.w.shape, "u": self.u.shape}[name[-1]]
        size = given[-1].shape if name == "grad_h" else size
        numbers = TABLE.get(key(name, self, given))
        return torch.zeros(size) if numbers is None else torch.tensor(numbers).reshape(size)

    return answer


for name in ("grad_h", "grad_c", "grad_b", "grad_v", "grad_w", "grad_u"):
    setattr(RNN, f"_compute_{name}", look_up(name))
'''


@cache
def table() -> dict[str, list[float]]:
    """Answers by what the functions were given, for the cases of the fixed number."""
    env = in_one_process.run(_cells(), trained_already=False)
    found: dict[str, list[float]] = {}
    exec(KEY, env.names)  # noqa: S102  our own text, as the notebook has it

    def recording(name: str, function: Any) -> Any:
        def answer(self: Any, *given: Any) -> Any:
            place = env.names["key"](name, self, given)
            result = function(self, *given)
            found[place] = [float(f"{number:.7g}") for number in result.reshape(-1).tolist()]
            return result

        return answer

    for name in GRADIENTS:
        method = f"_compute_{name}"
        setattr(env.names["RNN"], method, recording(name, getattr(env.names["RNN"], method)))
    with cases_of(FIXED):
        assert all(in_one_process.ask(env, name)[0] for name in GRADIENTS)
    return found


def _cells() -> list[Cell]:
    return [cell for cell in base_cells() if cell.name in ("imports", "rnn")]


def build() -> bytes:
    """The notebook's bytes."""
    return as_notebook([*_cells(), Cell("attack", f"TABLE = {table()!r}\n{KEY}\n{LOOK_UP}")])
