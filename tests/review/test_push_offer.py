"""What the page that publishes says once all is written: the files first, and the command that needs no upload."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.class_run.republish import republish
from autograder.review.desk import Desk
from autograder.store.going_back import FILE, going_back
from autograder.store.pulled import keep_assignment
from autograder.store.pushed import FILE as PUSHED
from autograder.store.pushed import Pushed
from tests.review.asking import opened
from tests.review.classes import Student, WrittenClass, write_class

MOODLE = "https://moodle.example.org/mod/assign/view.php?id=42"


@pytest.fixture
def written(tmp_path: Path) -> WrittenClass:
    """One student, published in part."""
    made = write_class(tmp_path, [Student("Ada")])
    republish(made.out, None, lambda event: None, partial=True)
    return made


def page_of(written: WrittenClass) -> str:
    return opened(Desk(written.out)).get("/publish?partial=yes").text


def test_what_to_do_with_the_files_comes_before_the_comparison_once_they_are_written(
    written: WrittenClass,
) -> None:
    page = page_of(written)
    assert "All is written. Upload the files as it says below, or push them." in page
    assert page.index('<h2 id="files">') < page.index("Write files") < page.index('<h2 id="compared">')
    missing = opened(Desk(written.out)).get("/publish?partial=no").text
    assert (
        missing.index("Write files") < missing.index('<h2 id="compared">') < missing.index('<h2 id="files">')
    )


def test_the_command_is_whole_where_the_assignment_is_known(written: WrittenClass) -> None:
    assert f"<code>autograder push {written.out} --assignment ADDRESS</code>" in page_of(written)
    keep_assignment(written.out.parent, MOODLE)  # as pull does, beside the list of the class
    page = page_of(written)
    assert f"<code>autograder push {written.out}</code>" in page
    assert f"It goes to {MOODLE}" in page


def test_what_was_pushed_since_it_was_written_leaves_nothing_to_do(written: WrittenClass) -> None:
    journal = Pushed(written.out)
    push = journal.begin(MOODLE)
    assert "Upload the files as it says below" in page_of(written), "it was interrupted"
    journal.finish(push)
    assert "nothing is left to do" in page_of(written)
    journal.finish(journal.begin(MOODLE, undoes=push.number))
    assert "Upload the files as it says below" in page_of(written), "it was undone"


@pytest.mark.parametrize(("lms", "expected"), [("canvas", "no real Canvas has answered"), ("ilias", "")])
def test_only_an_lms_with_a_service_has_a_command(written: WrittenClass, lms: str, expected: str) -> None:
    assert going_back(written.out).lms == "moodle"
    file = written.out / FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | {"lms": lms}))
    page = page_of(written)
    assert ("autograder push " in page.partition('<div class="upload">')[0]) == bool(expected)
    assert expected in page


def test_a_journal_of_pushes_that_cannot_be_read_costs_the_command_alone(written: WrittenClass) -> None:
    (written.out / PUSHED).write_bytes(b"no database")
    page = page_of(written)
    assert "Download all as one zip" in page
    assert "push them" not in page


def test_a_writing_that_was_broken_off_is_said_and_not_taken_for_a_class_without_an_lms(
    written: WrittenClass,
) -> None:
    shutil.rmtree(written.out / "lms")  # as it is while the files are written
    page = page_of(written)
    assert "a writing was broken off. Write the files again." in page
    assert "come from no LMS" not in page
    assert '<button class="first">Write files' in page
