"""Where things are: the repository, the stock tools, and what each of them needs to be set."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "grading_config.yml"
STOCK = ROOT / ".venv-benchmark"
"""The virtual environment of the stock tools."""


def environment() -> dict[str, str]:
    """For a Python that runs the lab's notebooks as they are: the lab's data without a network, one thread.

    One thread per numerical operation is what this project gives a notebook. The tests import ``reference`` and
    ``autograder.grading.checks``, so the repository is on the path.
    """
    return os.environ | {
        "PYTHONPATH": f"{ROOT / 'benchmarks' / 'offline'}{os.pathsep}{ROOT}",
        "OMP_NUM_THREADS": "1",
    }


def stock_environment() -> dict[str, str]:
    """The same as if the virtual environment of the stock tools had been activated."""
    return environment() | {"PATH": f"{STOCK / 'bin'}{os.pathsep}{os.environ['PATH']}"}
