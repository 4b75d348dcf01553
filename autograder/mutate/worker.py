"""A process that judges mutants of one notebook: reads what to do as JSON, writes a line of JSON for each.

    python -P -m autograder.mutate.worker < TASKS > FOUND

Of its own, and started anew, because it serves the lab's data in the place of the network, and forks.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from autograder.config.load import load
from autograder.errors import AutograderError
from autograder.grading.run_settings import RunSettings
from autograder.kernel.beside import lay_beside

if TYPE_CHECKING:
    from autograder.grading.course import Prepared
    from autograder.mutate.judge import Task


def message(settings: RunSettings, cells: Sequence[str], tasks: Iterable[Task]) -> str:
    """What a worker reads.

    Args:
        cells: sources of the code cells of the right notebook.
    """
    return json.dumps(
        {"settings": settings.to_json(), "cells": [*cells], "tasks": [asdict(task) for task in tasks]}
    )


def main() -> int:
    """Judge, and write what was found; the exit code."""
    asked = json.loads(sys.stdin.read())
    warnings.simplefilter("ignore")  # of notebooks with a mistake in them
    logging.disable()
    with os.fdopen(os.dup(1), "w") as out:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1):  # a notebook may print below Python
            os.dup2(nowhere, standard)
        for line in _lines(asked):
            _say(out, line)
    return 0


def _lines(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is found, one by one, or why nothing can be."""
    from autograder.grading.course import prepared

    settings = RunSettings.from_json(asked["settings"])
    with ExitStack() as resources:
        try:
            course = resources.enter_context(prepared(load(settings.config), settings))
        except AutograderError as reason:
            yield {"failed": str(reason)}
            return
        os.chdir(resources.enter_context(tempfile.TemporaryDirectory(prefix="ag-mutate-")))
        yield from _judged(course, asked, resources)


def _judged(course: Prepared, asked: dict[str, Any], resources: ExitStack) -> Iterator[dict[str, Any]]:
    from autograder.grading.case_number import cases_of
    from autograder.grading.lab_settings import handed_out
    from autograder.mutate.judge import Judge, Task

    _be_like_a_kernel(course)
    resources.enter_context(handed_out(course.values))
    resources.enter_context(cases_of(course.conditions.case_number))
    judge = Judge(course, asked["cells"])
    if judge.lost:
        each = ((name, points, said[:300]) for name, (points, said) in judge.lost.items())
        lost = "; ".join(f"{points:g} in {name} ({said})" for name, points, said in each)
        yield {"failed": f"the notebook without any change loses points: {lost}"}
        return
    yield {"ready": True}
    for found in judge.judged([Task(**task) for task in asked["tasks"]]):
        yield asdict(found)


def _be_like_a_kernel(course: Prepared) -> None:
    """Put around the notebook what a kernel has: the lab's data, its packages, no checks of otter's."""
    from autograder.kernel.guest import downloads, scenery

    lay_beside(course.settings.files, Path.cwd(), lambda file, link: link.symlink_to(file))
    downloads.serve({one.url: course.settings.files[one.name].read_bytes() for one in course.lab.config.data})
    for module in course.lab.config.kernel.preload:
        with suppress(ImportError):  # as in a kernel: who needs it hears of it
            importlib.import_module(module)
    scenery.replace_otter()


def _say(out: TextIO, line: dict[str, Any]) -> None:
    out.write(json.dumps(line) + "\n")
    out.flush()


if __name__ == "__main__":
    code = main()
    # All is written: what a notebook wants to do at the end, an IPython of its own for example, is no matter.
    os._exit(code)
