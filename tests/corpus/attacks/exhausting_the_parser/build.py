"""Cells that are hard to parse: deep nesting of every kind, long chains, very long lines and numbers."""

from __future__ import annotations

from tests.corpus.cases import Cell, as_notebook

HARD = {
    "parentheses": "(" * 100_000 + ")" * 100_000,
    "lists": "[" * 90 + "]" * 90,
    "attributes": "x" + ".a" * 90_000,
    "calls": "f" + "()" * 90_000,
    "sum": "1" + "+1" * 90_000,
    "minus": "-" * 190_000 + "1",
    "nots": "not " * 45_000 + "1",
    "lambdas": "lambda: " * 20_000 + "1",
    "conditions": "1 if 1 else " * 15_000 + "1",
    "elifs": "if 0: pass\n" + "elif 0: pass\n" * 10_000,
    "blocks": "".join(" " * depth + "if 1:\n" for depth in range(99)) + " " * 99 + "pass",
    "number": "9" * 190_000,
    "power": "1" + "**1" * 60_000,
    "text": "f'" + "{" * 1000 + "}" * 1000 + "'",
    "backslashes": "\\\n" * 90_000 + "1",
    "comprehensions": "[x " + "for x in () " * 10_000 + "]",
    "decorators": "@f\n" * 60_000 + "def g(): pass",
    "magics": "%%time\n" * 20_000,
    "help": "?" * 190_000,
}


def build() -> bytes:
    """The notebook's bytes."""
    # IPython only writes them to a file; whoever reads the notebook for its contents has to parse them.
    cells = [Cell(name, f"%%writefile hard.py\n{source}") for name, source in HARD.items()]
    cells.insert(0, Cell("attack", "(" * 5000 + ")" * 5000))
    return as_notebook([*cells, Cell("later", "def mse_loss_func(y_true, y_pred):\n    return (y_true - y_pred) ** 2")])
