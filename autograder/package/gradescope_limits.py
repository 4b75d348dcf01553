"""The lab's limits, lowered as far as Gradescope's own time and the container's memory demand it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.config import located_yaml
from autograder.config.load import Lab, load
from autograder.config.packed import MB
from autograder.config.schema import Config
from autograder.errors import SandboxError
from autograder.files.atomic import replace_file
from autograder.workers.cores import memory_limit
from autograder.workers.pool import BEYOND_LIMIT

ADAPTED = "adapted_for_gradescope.yml"

START_SECONDS = 60.0
"""What importing torch and reading the tests takes on half a processor, at most."""

WRITING_SECONDS = 30.0
"""What ending the processes and writing the results takes, at most: Gradescope's own end is a zero."""

BESIDE_MB = 600
"""Memory of everything but the student's process: measured are 450 for the fork server, the grading
process and the one that waits; the rest is for files that have to stay in memory."""

LEAST_MB = 700
"""What a student's process must be allowed; with 500 the reference solution still gets all points."""


def container_mb() -> int | None:
    """Memory limit of the container in MB; ``None`` where there is none."""
    limit = memory_limit()
    return None if limit is None else limit // MB


def adapted(config: Path, minutes: int, memory_mb: int | None) -> Lab:
    """The lab with limits that fit into Gradescope's; written beside its configuration.

    Args:
        config: the lab's configuration.
        minutes: Gradescope's time limit for one submission.
        memory_mb: the container's memory; ``None`` when nothing limits it.

    Raises:
        SandboxError: the container has too little memory.
        ConfigurationError: the configuration is wrong.
    """
    lab = load(config)
    values = located_yaml.read(config).value
    file = config.with_name(ADAPTED)
    content = {**values, "limits": limits_within(lab.config, minutes, memory_mb)}
    replace_file(file, json.dumps(content, indent=1) + "\n")  # JSON is YAML
    return load(file)


def limits_within(config: Config, minutes: int, memory_mb: int | None) -> dict[str, Any]:
    """The limits of a configuration, lowered as far as Gradescope's demand it.

    Args:
        minutes, memory_mb: as for :func:`adapted`.

    Raises:
        SandboxError: the container has too little memory.
    """
    own = config.limits
    seconds = 60.0 * minutes - START_SECONDS - BEYOND_LIMIT - WRITING_SECONDS
    submission = min(own.submission_seconds, seconds)
    notebook = min(own.notebook_seconds, submission * 2 / 3)  # the rest is for the questions
    lowered = {
        "submission_seconds": submission,
        "notebook_seconds": notebook,
        "cell_seconds": min(own.cell_seconds, notebook),
        "request_seconds": min(own.request_seconds, submission),
        "busy_factor": min(own.busy_factor, max(seconds / submission, 1.0)),
    }
    if memory_mb is not None:
        if memory_mb - BESIDE_MB < LEAST_MB:
            raise SandboxError(
                f"this container has {memory_mb} MB of memory, at least {BESIDE_MB + LEAST_MB} MB are "
                "needed: the course team chooses a larger one in the settings of the autograder"
            )
        lowered["memory_mb"] = min(own.memory_mb, memory_mb - BESIDE_MB)
    return {**own.model_dump(), **lowered}
