"""The whole way: fetched from the site, graded, published, written back; nobody clicks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import TOY_LAB
from tests.online.commands import with_token
from tests.online.moodle_server import Moodle


def notebook(median: str) -> bytes:
    """A hand-in with this for the first question."""
    code = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": median,
        "execution_count": None,
        "outputs": [],
    }
    return json.dumps({"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.mark.slow  # a class is graded, which is what the way is about
@pytest.mark.usefixtures("forked_zygotes")
@pytest.mark.parametrize("editing", [True, False])
def test_from_the_site_and_back_by_three_commands(moodle: Moodle, tmp_path: Path, editing: bool) -> None:
    moodle.editing = editing
    moodle.maximum = 6.0  # the lab's: another one would be a doubt, and exit code 3
    right = "import statistics\ndef median(v):\n    return statistics.median(v)"
    for one, source in zip(moodle.students, (right, "def median(v):\n    return 0", "1 +"), strict=True):
        one.files = {"words.ipynb": notebook(source)}
    pulled, graded = tmp_path / "pulled", tmp_path / "graded"
    assert with_token("pull", "--assignment", moodle.url, "--out", pulled)[0] == 0
    lab = ("--config", TOY_LAB / "grading_config.yml", "--partial", "--jobs", "1")
    code, said = with_token(
        "grade", pulled / "submissions.zip", "--worksheet", pulled / "worksheet.csv", "--out", graded, *lab
    )
    assert code == 0, said
    code, said = with_token("push", graded, "--yes")
    assert code == 0, said
    assert [one.mark for one in moodle.students] == [2.0, 0.0, 0.0]
    assert all(b"<html" in one.feedback["feedback.html"] for one in moodle.students)
