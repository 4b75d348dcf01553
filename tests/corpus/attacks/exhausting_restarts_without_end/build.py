"""A notebook in which every cell but the last one ends its kernel."""

from __future__ import annotations

from tests.corpus.cases import Cell, as_notebook


def build() -> bytes:
    """The notebook's bytes."""
    deadly = [Cell("attack" if number == 0 else f"again_{number}", "import os\n\nos._exit(0)") for number in range(30)]
    last = Cell("later", "def mse_loss_func(y_true, y_pred):\n    return (y_true - y_pred) ** 2")
    return as_notebook([*deadly, last])
