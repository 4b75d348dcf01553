"""What one function of the network keeps for another: honest in the lab's own order, and no way around a formula."""

from __future__ import annotations

import pytest

from tests.corpus.in_one_process import ask
from tests.lab.lab_solutions import CELLS
from tests.lab.test_questions import notebook

KEPT = CELLS["grad_h"].replace(
    "        return grad_h", "        self.dz = (1 - hidden ** 2) * grad_h\n        return grad_h"
)

BY_B = """
    def _compute_grad_b(self, hidden, grad_h):
        self.dz = (1 - hidden ** 2) * grad_h
        return self.dz.sum(0)
"""

HONEST = {
    "b of what h keeps": {"grad_h": KEPT, "grad_b": "    def _compute_grad_b(self, hidden, grad_h):\n        return self.dz.sum(0)\n"},
    "all of what h keeps of the states that the forward pass keeps": {
        "forward": CELLS["forward"].replace("        y = self", "        self.seen = h[1:]\n        y = self"),
        "grad_h": KEPT.replace("hidden ** 2", "self.seen ** 2"),
        "grad_b": "    def _compute_grad_b(self, hidden, grad_h):\n        return self.dz.sum(0)\n",
        "grad_w": "    def _compute_grad_w(self, hidden, grad_h):\n        return self.dz[1:].T @ self.seen[:-1]\n",
        "grad_u": "    def _compute_grad_u(self, hidden, grad_h, x):\n        return self.dz.T @ x\n",
    },
    "w and u of what b keeps": {
        "grad_b": BY_B,
        "grad_w": "    def _compute_grad_w(self, hidden, grad_h):\n        return self.dz[1:].T @ hidden[:-1]\n",
        "grad_u": "    def _compute_grad_u(self, hidden, grad_h, x):\n        return self.dz.T @ x\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("habit", HONEST)
def test_a_function_may_need_what_another_one_before_it_keeps(habit):
    env = notebook(HONEST[habit])
    for question, points in {"grad_h": 3, "grad_b": 2, "grad_w": 3, "grad_u": 2}.items():
        found, message = ask(env, question)
        assert found == points, message


def test_a_mistake_is_one_behind_another_function_too():
    wrong = {
        "grad_h": KEPT.replace("(1 - hidden ** 2) * grad_h", "grad_h"),
        "grad_b": HONEST["b of what h keeps"]["grad_b"],
    }
    assert ask(notebook(wrong), "grad_b")[0] == 0


@pytest.mark.parametrize(
    "kept", ["torch.zeros_like(hidden)", "grad_h * (torch.arange(len(hidden)) == len(hidden) - 1)[:, None]"]
)
def test_an_own_gradient_that_hides_mistakes_earns_no_other_question(kept):
    cells = {
        "grad_h": CELLS["grad_h"].replace(
            "        return grad_h", f"        self.dz = {kept}\n        return self.dz"
        ),
        "grad_b": "    def _compute_grad_b(self, hidden, grad_h):\n        return (self.dz * (1 - hidden[-1] ** 2)).sum(0)\n",
    }
    assert ask(notebook(cells), "grad_b")[0] == 0


DIFFERENCES = """
    def _compute_grad_{name}(self, hidden, grad_h{more}):
        weights = {weights}
        found = torch.zeros_like(weights["{name}"]).double()
        for place in range(found.numel()):
            losses = []
            for step in (1e-4, -1e-4):
                moved = {{one: value.double().clone() for one, value in weights.items()}}
                moved["{name}"].view(-1)[place] += step
                h = torch.zeros(len(hidden[0])).double()
                for row in self.seen:
                    h = torch.tanh(moved["w"] @ h + moved["u"] @ row.double() + moved["b"])
                losses.append(float((moved["v"] @ h + moved["c"] - self.target) ** 2))
            found.view(-1)[place] = (losses[0] - losses[1]) / 2e-4
        return found.float()
"""


@pytest.mark.parametrize(
    "weights", ["self.weights", "{one: getattr(self, one) for one in 'uwvbc'}"], ids=["kept", "present"]
)
@pytest.mark.parametrize(("name", "more"), [("b", ""), ("u", ", x")])
def test_differences_of_a_loss_whose_target_was_kept_are_no_formula(name, more, weights):
    keep = "        self.seen, self.weights = x, {one: getattr(self, one).clone() for one in 'uwvbc'}\n        y = self"
    cells = {
        "forward": CELLS["forward"].replace("        y = self", keep),
        "grad_h": CELLS["grad_h"].replace(
            "        return grad_h", "        self.target = float(y_true)\n        return grad_h"
        ),
        f"grad_{name}": DIFFERENCES.format(name=name, more=more, weights=weights),
    }
    env = notebook(cells)
    assert ask(env, "grad_h")[0] == 3
    points, message = ask(env, f"grad_{name}")
    assert points == 0
    assert "does not follow from the states and gradients" in message
