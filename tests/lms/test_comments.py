"""The line for the student goes back wherever the LMS has a place for it, and the page everywhere."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from autograder.lms.base import Lms
from autograder.lms.known import KNOWN
from autograder.lms.model import Assignment, Returned
from autograder.lms.plain import Plain

WITH_A_COLUMN = ("moodle", "ilias", "openolat", "plain")
"""Blackboard has one where its list of the class has: ``test_blackboard.py`` tests that."""

SAID = "20 of 25 points. median 1/2, changed by the course team: right on paper"
PAGE = b"<!DOCTYPE html>the page"


@pytest.mark.parametrize("lms", [*KNOWN, Plain()], ids=lambda lms: lms.name)
def test_the_line_and_the_page_go_back(lms: Lms, tmp_path: Path) -> None:
    feedback, folder = tmp_path / "s.html", tmp_path / "lms"
    feedback.write_bytes(PAGE)
    folder.mkdir()
    place = "Doe_Jane_4711" if lms.name == "ilias" else "Doe_4711_assignsubmission_file"
    one = Returned("4711", "Jane Doe", place, ("lab.ipynb",), "", 20.0, 25.0, SAID, feedback)
    written = lms.write(folder, [one], Assignment("Lab"), None)
    tables = [folder / step.file for step in written.steps if not step.file.endswith(".zip")]
    packed = {}
    for step in written.steps:
        if step.file.endswith(".zip"):
            with zipfile.ZipFile(folder / step.file) as archive:
                packed |= {name: archive.read(name) for name in archive.namelist()}
    text = b"\n".join([*(path.read_bytes() for path in tables), *packed.values()]).decode(errors="replace")
    assert (SAID in text) == (lms.name in WITH_A_COLUMN)
    assert PAGE in packed.values() or lms.name in (
        "brightspace",
        "sakai",
        "canvas",
    )  # by their names of folders: their own tests
