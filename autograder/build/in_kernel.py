"""Runs in the solution's kernel before the notebook: no network is needed, and each build gives the same."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from autograder.kernel.guest import downloads, scenery


def set_the_scene(files: Mapping[str, str], modules: Sequence[str], seed: int) -> None:
    """Import, seed and serve downloads as while grading. Commands and otter stay what they are.

    Args:
        files: address to the local file that stands for it. Every other address fails at once, so that a
            build does not come to depend on the network unnoticed.
        modules: what notebooks import, first, so that what is random in it is seeded too. One that is not
            installed is left out.
        seed: from 0 to 2**32 - 1.
    """
    for name in (*modules, "requests"):
        with suppress(ModuleNotFoundError):
            importlib.import_module(name)
    downloads.serve({address: Path(file).read_bytes() for address, file in files.items()})
    scenery.seed(seed)
