"""What the sessions of a course have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.policy import Limits


@dataclass(frozen=True)
class SessionSettings:
    """Everything about a session that does not depend on the submission.

    Attributes:
        limits: resources of the process.
        cell_seconds, notebook_seconds, request_seconds, submission_seconds: time of one cell, one run of
            all cells, one request of a test, and everything together, as :mod:`.clock` counts it.
        busy_factor: how many times as long each may last while the processor is busy with others.
        output_bytes: limit of the notebook's outputs; ``reply_bytes`` of one answer to a test.
        reading_bytes: what this process may gain while it reads both.
        files: files of the lab by their name in the working directory.
        seed: for ``random``, NumPy and torch.
        restarts: cells that may end the kernel before the rest of the notebook is left out.
        enforce: whether the sandbox is on.
        keep_outputs: whether it is remembered what the cells showed.
        definitions: classes and functions of the students' template; ``None`` where there is none.
    """

    limits: Limits
    cell_seconds: float
    notebook_seconds: float
    request_seconds: float
    submission_seconds: float
    busy_factor: float
    output_bytes: int
    reply_bytes: int
    reading_bytes: int
    files: Mapping[str, Path]
    seed: int
    restarts: int
    enforce: bool
    keep_outputs: bool = False
    definitions: frozenset[str] | None = None
