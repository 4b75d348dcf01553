"""How an honest run of the lab trains: the cells of the solution, with a batch size and a learning rate.

A minibatch is computed at once, by a right style of the corpus: the same windows and, up to rounding, the same losses
as the solution's window by window, in a tenth of the time.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import torch
from autograder.mutate.in_process import run_cell
from reference.dataset import features
from reference.settings import CONFIG, settings

OWN = "batch_size=4, lr=0.05"
"""The setting as it stands in the solution."""

AT_ONCE = Path(__file__).parent / "correct" / "whole_minibatch_at_once" / "changes.py"
"""The training step that computes a minibatch at once."""

IMPORTS = "from typing import *; from torch import Tensor; from torch.distributions import Normal"

BATCHES, RATES = (1, 4, 8, 32), (0.01, 0.05, 0.1)

SUGGESTED = ("batch 4, lr 0.05", "batch 32, lr 0.01")
"""The solution's, and what the lab's author published."""

SETTINGS = {
    name: name in SUGGESTED for batch in BATCHES for rate in RATES for name in [f"batch {batch}, lr {rate}"]
}

TRIES = 1 + len(settings().rerun_seeds)


@functools.cache
def _cells() -> tuple[str, ...]:
    """The cells of the solution that train a network, from the split of the data on."""
    solution = json.loads((CONFIG.parent / "reference" / "rnn_lab.ipynb").read_text("utf-8"))
    code = ["".join(cell["source"]) for cell in solution["cells"] if cell["cell_type"] == "code"]
    begin = next(place for place, source in enumerate(code) if "num_train_samples" in source)
    end = next(place for place, source in enumerate(code) if source.startswith("rnn, losses = train_rnn"))
    found = tuple(source for source in code[begin:end] if not source.startswith("grader."))
    assert sum(source.count(OWN) for source in found) == 1, (
        f"the solution trains with another setting than {OWN}"
    )
    return found


def trained(setting: str, seed: int, steps: int, *, at_once: bool = True) -> list[float]:
    """The losses of a training.

    Args:
        setting: a key of ``SETTINGS``.
        seed: of torch's generator, which draws weights and windows.
        steps: how many minibatches.
        at_once: whether a minibatch is computed at once, otherwise as the solution does.
    """
    batch, rate = re.findall(r"[\d.]+", setting)
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    names: dict[str, Any] = {"__name__": "__main__", "dataset": features().clone(), "torch": torch}
    for source in (IMPORTS, *_cells(), *([AT_ONCE.read_text("utf-8")] if at_once else [])):
        run_cell(source.replace(OWN, f"batch_size={batch}, lr={rate}"), names)
    losses: list[float] = names["train_rnn"](names["data_train"], steps)[1]
    return losses


def reached(setting: str, seed: int) -> bool:
    """Whether the losses of a training come below the threshold.

    Args:
        setting: a key of ``SETTINGS``.
        seed: of torch's generator, which draws weights and windows.
    """
    lab = settings()
    last = trained(setting, seed, lab.num_steps)[-lab.loss_window :]
    return sum(last) / len(last) < lab.loss_threshold
