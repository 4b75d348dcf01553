"""What a student reads of one changed line: the mistake's name, two names for two, and nothing wrong."""

from __future__ import annotations

import pytest
import torch

from autograder.grading.namespace import PlainNamespace
from autograder.language import speaking
from reference import cases
from tests.corpus.cases import Cell, base_cells, changed
from tests.corpus.in_one_process import ask, question

IMPORTS = "from typing import Dict, Tuple\nimport torch\nfrom torch import Tensor\n"
IMPORTS += "from torch.distributions import Normal\n"

METHODS = {
    "forward": """
def forward(self, x):
    h = torch.zeros(len(x) + 1, self.hidden_state_size)
    for t in range(len(x)):
        h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
    y = self.v @ h[-1] + self.c
    return h[1:], y
""",
    "_compute_grad_h": """
def _compute_grad_h(self, y_true, y_pred, hidden):
    grad_h = torch.zeros_like(hidden)
    grad_h[-1] = 2 * (y_pred - y_true) * self.v
    for i in reversed(range(len(hidden) - 1)):
        grad_h[i] = self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])
    return grad_h
""",
    "_compute_grad_b": """
def _compute_grad_b(self, hidden, grad_h):
    grad_b = torch.zeros_like(self.b)
    for t in range(len(hidden)):
        grad_b += (1 - hidden[t] ** 2) * grad_h[t]
    return grad_b
""",
    "_compute_grad_v": """
def _compute_grad_v(self, y_true, y_pred, hidden):
    return 2 * (y_pred - y_true) * hidden[-1]
""",
    "_compute_grad_w": """
def _compute_grad_w(self, hidden, grad_h):
    grad_w = torch.zeros_like(self.w)
    for t in range(1, len(hidden)):
        grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], hidden[t - 1])
    return grad_w
""",
    "_compute_grad_u": """
def _compute_grad_u(self, hidden, grad_h, x):
    grad_u = torch.zeros_like(self.u)
    for t in range(len(hidden)):
        grad_u += torch.outer((1 - hidden[t] ** 2) * grad_h[t], x[t])
    return grad_u
""",
}


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def told(method, *replacements):
    """What the question of a method says of it after replacements of text."""
    return ask(PlainNamespace(with_changes(method, *replacements)), method.removeprefix("_compute_"))[1]


def hidden_case(method):
    """The first case of the question of a method that students do not have."""
    cases_of = question(method.removeprefix("_compute_")).test_cases
    return next(case for case in cases_of if case.hidden)


def with_changes(method, *replacements):
    """The names of a notebook with these replacements of text in a method."""
    source = METHODS[method]
    for before, after in replacements:
        assert before in source
        source = source.replace(before, after)
    (rnn,) = [
        cell for cell in changed(base_cells(), [Cell(f"rnn.{method}", source.strip())]) if cell.name == "rnn"
    ]
    names = {}
    exec(IMPORTS + rnn.source, names)  # noqa: S102  our own mistakes
    return names


SLOPE, LOOP_BACK = "(1 - hidden[t] ** 2) * grad_h[t]", "reversed(range(len(hidden) - 1))"
STEP_BACK = "self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])"

IN_THE_LOOP = (
    "    y = self.v @ h[-1] + self.c\n    return",
    "        y = self.v @ h[-1] + self.c\n        return",
)

ONE = [
    ("forward", "torch.zeros(", "torch.ones(", "begin with h[0] = 1"),
    ("forward", "h[t + 1] =", "h[t] =", "step t fills h[t+1]"),
    ("forward", "x[t]", "x[t - 1]", "take x[t−1] instead of x[t]; at the first step index −1"),
    ("forward", "range(len(x))", "range(len(x) - 1)", "leaves out the last time step"),
    ("forward", "range(len(x))", "range(1, len(x))", "leaves out the first time step"),
    ("forward", "+ self.b)", ") + self.b", "behind tanh"),
    ("forward", "self.w @ h[t]", "h[t]", "W is missing"),
    ("forward", "h[-1]", "h[0]", "the state in it is still zero"),
    ("forward", "h[-1]", "h[1]", "y takes the first hidden state"),
    ("forward", "h[-1]", "h[-2]", "last but one hidden state"),
    ("forward", "h[1:], y", "y, h[1:]", "forward returns y first"),
    ("forward", *IN_THE_LOOP, "does `return` stand behind the loop"),
    ("_compute_grad_h", LOOP_BACK, "range(len(hidden) - 1)", "does the loop run backwards through all rows"),
    ("_compute_grad_h", LOOP_BACK, "reversed(range(len(hidden) - 2))", "begin with the row before the last"),
    ("_compute_grad_h", LOOP_BACK, "reversed(range(1, len(hidden) - 1))", "The first row of grad_h is still zero"),
    ("_compute_grad_h", "    return", "        return", "`return` stand behind it"),
    ("_compute_grad_h", "(1 - hidden[i + 1] ** 2)", "hidden[i + 1] * (1 - hidden[i + 1])", "of the sigmoid"),
    ("_compute_grad_h", STEP_BACK, STEP_BACK + " + grad_h[-1]", "adds 2(ŷ − y)·V at every step"),
    ("_compute_grad_h", "* grad_h[i + 1]", "* grad_h[-1]", "follows from the last one"),
    ("_compute_grad_h", "2 *", "3 *", "the factor 3"),
    ("_compute_grad_h", "y_pred - y_true", "y_pred + y_true", "ŷ + y instead of ŷ − y"),
    ("_compute_grad_b", SLOPE, "1 - hidden[t] ** 2 * grad_h[t]", "the brackets in"),
    ("_compute_grad_b", "torch.zeros_like(self.b)", "self.b.clone()", "starts at self.b, the weight itself"),
    ("_compute_grad_b", "range(len(hidden))", "range(len(grad_b))", "as many time steps as there are hidden units"),
    ("_compute_grad_b", "    return", "        return", "`return` stands inside the loop"),
    ("_compute_grad_b", "* grad_h[t]\n", "* grad_h[t] * 2\n", "is each step added twice"),
    ("_compute_grad_b", "hidden[t] ** 2", "hidden[t].pow_(2)", "changes hidden in place"),
    ("_compute_grad_v", "y_pred - y_true", "y_pred + y_true", "ŷ + y instead of ŷ − y"),
    ("_compute_grad_v", "(y_pred - y_true) * ", "", "lacks ŷ − y"),
    ("_compute_grad_w", "hidden[t - 1])", "hidden[t])", "pairs step t with h[t] instead of h[t−1], from the second"),
    ("_compute_grad_w", "range(1,", "range(2,", "leaves out the second time step"),
    ("_compute_grad_w", "    return", "        return", "`return` stands inside the loop"),
    ("_compute_grad_w", "torch.outer(" + SLOPE + ", hidden[t - 1])", SLOPE + " * hidden[t - 1]", "outer product"),
    ("_compute_grad_w", "hidden[t] ** 2", "hidden[t].pow_(2)", "changes hidden in place"),
    ("_compute_grad_u", "x[t])", "x[t - 1])", "x[t−1] instead of x[t]; at the first step index −1"),
    ("forward", " + self.u @ x[t] + self.b)", ") + self.u @ x[t] + self.b", "U·x[t] + b is added behind tanh"),
    ("forward", "self.w @ h[t] + self.u @ x[t]", "self.w @ (h[t] + self.u @ x[t])", "U·x[t] is multiplied with W"),
    ("forward", "x[t]", "x[-1]", "take the last hour, x[-1], at every step"),
    ("forward", "+ self.c", "* self.c", "c is added, not multiplied"),
    ("_compute_grad_h", " * grad_h[i + 1])", ")", "The recursion lacks ∇h[t+1]."),
    ("_compute_grad_h", "(1 - hidden[i + 1] ** 2)", "(1 - grad_h[i + 1] ** 2)", "numbers without bounds"),
    ("_compute_grad_h", "2 * (y_pred - y_true)", "2 * y_pred - y_true", "the brackets in 2(ŷ − y) are missing"),
    ("_compute_grad_v", "2 * (y_pred - y_true)", "(y_pred - y_true) ** 2 * 2", "the derivative of the square is"),
    ("_compute_grad_v", "* hidden[-1]", "+ hidden[-1]", "the two are multiplied instead"),
    ("_compute_grad_v", "* hidden[-1]", "* hidden[-1] * self.v", "multiplied with V, too"),
    ("_compute_grad_v", "2 *", "0.3 *", "grad_v is 0.15 times what it should be."),
    ("_compute_grad_v", "hidden[-1]", "hidden", "has the axes (T, H), expected were (H,)"),
    ("_compute_grad_b", SLOPE, "(1 - hidden[t] ** 2) @ grad_h[t]", "multiply with * instead of @"),
    ("_compute_grad_w", SLOPE + ", hidden[t - 1])", "grad_h[t], hidden[t - 1]) * (1 - hidden[t] ** 2)", "on its columns"),
    ("_compute_grad_u", "grad_u = torch.zeros_like(self.u)", "grad_u = torch.ones_like(self.u)", "starts with ones"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "before", "after", "says"), ONE)
def test_a_mistake_is_named(method, before, after, says):
    assert says in told(method, (before, after))


FROM_THE_FRONT = [
    ("grad_h[-1]", "grad_h[0]"),
    (LOOP_BACK, "range(1, len(hidden))"),
    ("hidden[i + 1]", "hidden[i - 1]"),
    ("grad_h[i + 1]", "grad_h[i - 1]"),
]


def test_gradients_that_are_filled_from_the_front_are_named():
    assert "grad_h is filled from its first row on" in told("_compute_grad_h", *FROM_THE_FRONT)


@pytest.mark.parametrize(
    ("method", "change", "says"),
    [
        ("forward", ("self.u @ x[t]", "x[t] @ self.u"), "the axes (F,) met (H, F)"),
        ("forward", ("self.w @ h[t]", "self.w * h[t]"), "does `*` stand there for `@`?"),
        ("_compute_grad_h", ("len(hidden) - 1", "len(hidden)"), "index 24 is asked of 24 rows"),
        ("_compute_grad_w", ("torch.zeros_like(self.w)", "self.u * 0"), "the axes (F,) met (H,)"),
    ],
)
def test_an_error_of_torch_is_told_by_axes_or_rows(method, change, says):
    with pytest.raises((RuntimeError, IndexError)) as raised:
        hidden_case(method).body.call_func(PlainNamespace(with_changes(method, change)))
    assert says in "".join(raised.value.__notes__)


@pytest.mark.parametrize(
    ("method", "changes", "says"),
    [
        (
            "forward",
            [("self.w @", "self.w.T @"), (" + self.b", "")],
            ("The states multiply with Wᵀ", "The states lack the bias b"),
        ),
        (
            "_compute_grad_h",
            [("self.w.T", "self.w"), ("(1 - hidden[i + 1] ** 2)", "(1 - hidden[i + 1])")],
            ("1 − h instead of 1 − h²", "W instead of Wᵀ"),
        ),
        (
            "_compute_grad_u",
            [("(1 - hidden[t] ** 2) * ", ""), ("range(len", "range(1, len")],
            ("grad_u lacks diag", "grad_u leaves out the first time step"),
        ),
    ],
)
def test_two_mistakes_are_both_named(method, changes, says):
    found = told(method, *changes)
    assert "Two mistakes at once." in found
    assert all(one in found for one in says)


def test_mistakes_are_named_in_german():
    with speaking("de"):
        assert "In den Zuständen fehlt tanh." in told("forward", ("torch.tanh(", "("))
        wrong = ("range(len", "range(1, len"), ("(1 - hidden[t] ** 2) * ", "")
        both = told("_compute_grad_u", *wrong)
    assert "Zwei Fehler zugleich. " in both
    assert "grad_u lässt den ersten Zeitschritt aus." in both


@pytest.mark.parametrize(
    ("method", "change"),
    [
        ("forward", ("self.u @ x[t]", "self.u @ x[t] ** 2")),
        ("_compute_grad_h", ("grad_h[i + 1])", "grad_h[i + 1].abs())")),
        ("_compute_grad_w", ("hidden[t - 1])", "hidden[1 - t])")),
    ],
)
def test_what_no_known_mistake_explains_gets_no_name(method, change):
    found = told(method, change)
    assert "has wrong values." in found
    assert "Two mistakes" not in found


def test_a_transposed_shape_says_so():
    swap = (
        "torch.outer((1 - hidden[t] ** 2) * grad_h[t], x[t])",
        "torch.outer(x[t], (1 - hidden[t] ** 2) * grad_h[t])",
    )
    found = told("_compute_grad_u", ("zeros_like(self.u)", "zeros_like(self.u.T)"), swap)
    assert "rows and columns are in each other's place" in found
    assert "yours: (6, 10), expected: (10, 6)" in found


def test_a_mistake_that_fails_for_one_step_is_named_where_all_sizes_count(monkeypatch):
    from reference import sizes
    from reference.settings import settings

    every = settings().__class__(**{**vars(settings()), "any_size": True})
    monkeypatch.setattr(sizes, "settings", lambda: every)
    assert cases.sequences()[0].steps == 1
    assert "last but one" in told("_compute_grad_v", ("hidden[-1]", "hidden[-2]"))
