"""A class from the first click to its page, in a real Chromium: nobody types a command but the first one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import TOY_LAB, notebook_bytes
from tests.review.scoring import PATIENCE, expect_text
from tests.review.served import enter, served

MEDIAN = "def median(v):\n    v = sorted(v)\n    return v[len(v) // 2]"

SLOW = "import time\ntime.sleep(1.5)"
"""Long enough to be seen at work."""


def moodle_export(path: Path) -> Path:
    """The zip that a TA downloads: two students."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(("Ada Lovelace", "Ben Bold"), start=1):
            path_within = f"{name}_{number}_assignsubmission_file/words.ipynb"
            archive.writestr(path_within, notebook_bytes(MEDIAN, SLOW))
    return path


@pytest.mark.slow
@pytest.mark.thorough  # test_grading asks the same without a browser
def test_a_zip_becomes_a_class_without_a_command_line(browser: Browser, tmp_path: Path) -> None:
    export, out = moodle_export(tmp_path / "class.zip"), tmp_path / "graded"
    with served(None, "--out", str(out), "--config", str(TOY_LAB / "grading_config.yml")) as server:
        visit = enter(browser, server.link(), first="/new")
        page = visit.page
        page.get_by_role("button", name="Grade").press("Enter")
        assert page.url == f"{visit.address}/new", "nothing is chosen yet: the browser asks for it"
        page.get_by_label("What the students handed in").set_input_files(export)
        expect(page.locator(".files").first).to_contain_text("class.zip")
        page.get_by_role("button", name="Grade").press("Enter")
        page.wait_for_url("**/progress", timeout=PATIENCE)
        expect_text(page, "[01] of 2")
        expect_text(page, "Being graded")
        page.wait_for_url(f"{visit.address}/", timeout=PATIENCE)  # the page opens the class by itself
        expect_text(page, "Ada Lovelace")
        expect_text(page, "Ben Bold")
        expect_text(page, "2 answers wait for points")
        assert (out / "grades.csv").is_file()
        assert visit.troubles == []
