"""Lines that IPython understands, each above something that is flagged in a cell of its own."""

from __future__ import annotations

from tests.corpus.cases import Cell, as_notebook

LOSS = "def mse_loss_func(y_true, y_pred):\n    return (y_true - y_pred) ** 2"

HIDDEN = {
    "attack": "import ctypes\nctypes?",
    "assigned": "folder = %pwd\nimport subprocess",
    "magic": "%%time\nimport multiprocessing",
    "line": "%time import faulthandler",
    "shell": "!echo '''\nimport resource\n#'''",
    "page": "separator = '\f'\nimport mmap",
    "separator": "# \u2028\nimport select",
    "unread": "def f(:\n    import socket",
}


def build() -> bytes:
    """The notebook's bytes."""
    return as_notebook([*(Cell(name, source) for name, source in HIDDEN.items()), Cell("loss", LOSS)])
