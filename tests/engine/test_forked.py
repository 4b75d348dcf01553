"""A kernel whose zygote was forked is the kernel that a run starts: the tests that fork theirs rest on it."""

from __future__ import annotations

import contextlib
import json

import pytest

from autograder.class_run.run import grade_all
from autograder.grading.run_settings import RunSettings
from autograder.model import Submission
from tests.conftest import TOY_LAB, notebook_bytes
from tests.forked import zygotes_are_forked

LOOKS = (
    "import os, sys, threading\nprint(*sorted(sys.modules), *sorted(os.environ), threading.active_count())"
)
HOW_IT_BEGAN = {"runpy", "autograder.sandbox.zygote"}
"""A process that ``exec`` starts has the first, and the second under another name."""


@pytest.mark.slow
def test_a_kernel_has_the_modules_the_environment_and_the_threads_that_it_has_in_a_run(tmp_path):
    file = tmp_path / "looks.ipynb"
    file.write_bytes(notebook_bytes(LOOKS))
    found = []
    for way in (contextlib.nullcontext(), zygotes_are_forked()):
        with way:
            submission = Submission("1", file.name, "1", file=file)
            (grade,) = grade_all([submission], RunSettings(TOY_LAB / "grading_config.yml"), 1)
        (output,) = json.loads(grade.executed)["cells"][0]["outputs"]
        looked = [name for name in output["text"].split() if name not in HOW_IT_BEGAN]
        found.append((looked, [layer.partition(" ")[0] for layer in grade.sandbox_layers]))
    started, forked = found
    assert forked == started
    assert not [name for name in forked[0] if name.startswith(("tests", "pytest", "autograder.grading"))]
