"""What ``lms:`` of the configuration says of the way back holds for the command as for the files."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from pathlib import Path

import pytest

from autograder.lms.model import comment_digest
from autograder.online.token import VARIABLE
from autograder.store.comments import own_comments
from tests.engine.processes import run_here
from tests.online.commands import push
from tests.online.moodle_server import TOKEN, Moodle
from tests.review.classes import WrittenClass


def published_as(
    written: WrittenClass, folder: Path, settings: str, *, worksheet: Path | None = None
) -> WrittenClass:
    """The class published anew by a configuration with these settings of ``lms``."""
    lab = written.lab.path.parent
    shutil.copytree(lab, folder / "lab")
    config = folder / "lab" / written.lab.path.name
    with config.open("a", encoding="utf-8") as file:
        file.write(f"lms: {settings}\n")
    done = run_here(
        "publish", written.out, "--config", config, *(("--worksheet", worksheet) if worksheet else ())
    )
    assert done.returncode in (0, 3), done.stdout + done.stderr
    return written


def listed(written: WrittenClass, file: Path, change: dict[str, str]) -> Path:
    """The worksheet of the class with other cells: ``{row}`` is its number."""
    sheet = written.handed_in.with_name("worksheet.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(sheet, newline="")))
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, rows[0].keys() | change.keys())
        table.writeheader()
        for at, row in enumerate(rows):
            table.writerow(row | {heading: cell.format(row=f"{at:03d}") for heading, cell in change.items()})
    return file


def test_comments_and_pages_wait_for_the_names_and_go_back_then(
    written: WrittenClass, moodle: Moodle, tmp_path: Path
) -> None:
    published_as(written, tmp_path, "{withhold: true}")
    moodle.blind = True
    code, said = push(written, moodle, "--yes")
    assert code == 0
    assert "Comments and pages wait until the names are shown" in said
    assert [(one.mark, one.comment, one.feedback) for one in moodle.students] == [
        (6.0, "", {}), (8.0, "", {}), (8.0, "", {}),
    ]  # fmt: skip
    assert "0 written and read back, 3 are so already" in push(written, moodle, "--yes")[1]
    moodle.blind = False
    code, said = push(written, moodle, "--yes")
    assert (code, said.count("new comment, new page")) == (0, 3)
    assert all(one.comment and one.feedback for one in moodle.students)


def test_what_is_read_before_the_names_are_shown_is_said_where_nothing_is_withheld(
    written: WrittenClass, moodle: Moodle
) -> None:
    moodle.blind = True
    said = push(written, moodle, "--yes")[1]
    assert "lms: withhold: true" in said
    assert all(one.comment and one.feedback for one in moodle.students)


def test_marks_are_scaled_to_the_maximum_of_the_site_and_that_is_said(
    written: WrittenClass, moodle: Moodle, tmp_path: Path
) -> None:
    published_as(
        written,
        tmp_path,
        "{scale: maximum}",
        worksheet=listed(written, tmp_path / "w.csv", {"Maximum grade": ""}),
    )
    assert "nothing tells it" in (written.out / "lms" / "UPLOAD.md").read_text(encoding="utf-8")
    moodle.maximum = 25.0
    code, said = push(written, moodle, "--yes")
    assert code == 0
    assert (
        "Moodle's maximum is 25 points, the lab's 10: marks are scaled, as configured (5 of 10 becomes 12.5)"
        in said
    )
    assert [one.mark for one in moodle.students] == [15.0, 20.0, 20.0]
    assert moodle.students[0].comment.startswith("15 of 25 in Moodle. 6 of 10 points.")
    assert {comment_digest(one.comment) for one in moodle.students} <= own_comments(written.out)
    assert "3 are so already" in push(written, moodle, "--yes")[1]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{}", "Mind: Moodle's maximum is 25 points, the lab's 10: 5 of 10 would be 5 of 25 there."),
        ("{scale: points}", "Moodle's maximum is 25 points, the lab's 10: marks go back as points"),
    ],
)
def test_points_of_another_maximum_are_said_before_anything_is_written(
    written: WrittenClass, moodle: Moodle, tmp_path: Path, settings: str, said: str
) -> None:
    published_as(written, tmp_path, settings)
    moodle.maximum = 25.0
    shown = push(written, moodle, "--yes")[1]
    assert said in shown.partition("written Student 000")[0]
    assert [one.mark for one in moodle.students] == [6.0, 8.0, 8.0]


def test_of_the_same_maximum_nothing_is_said(written: WrittenClass, moodle: Moodle) -> None:
    assert "the lab's" not in push(written, moodle)[1]


def test_a_comment_says_the_scaled_mark_in_the_language_of_the_class(
    written: WrittenClass, moodle: Moodle, tmp_path: Path
) -> None:
    published_as(written, tmp_path, "{scale: maximum}\nlanguage: de")
    moodle.maximum = 12.5
    push(written, moodle, "--yes")
    assert moodle.students[0].comment.startswith("7,5 von 12,5 in Moodle. 6 von 10 Punkten.")


def test_the_file_and_the_site_get_the_same_scaled_marks_and_comments(
    written: WrittenClass, moodle: Moodle, tmp_path: Path
) -> None:
    published_as(
        written,
        tmp_path,
        "{scale: maximum}",
        worksheet=listed(written, tmp_path / "w.csv", {"Maximum grade": "25.00"}),
    )
    moodle.maximum = 25.0
    push(written, moodle, "--yes")
    with (written.out / "lms" / "moodle_grades.csv").open(encoding="utf-8", newline="") as opened:
        rows = [(float(row["Grade"]), row["Feedback comments"]) for row in csv.DictReader(opened)]
    assert rows == [(one.mark, one.comment) for one in moodle.students]


def test_a_folder_with_the_name_of_a_group_is_nobodys(
    written: WrittenClass, moodle: Moodle, tmp_path: Path
) -> None:
    groups = listed(written, tmp_path / "w.csv", {"Full name": "Ada {row}", "Group": "Student {row}"})
    published_as(written, tmp_path, "{scale: points}", worksheet=groups)
    code, said = push(written, moodle, "--yes")
    assert (code, bool(moodle.saves)) == (3, False)
    assert said.count("its folder has the name of a group") == 3


def test_programs_are_told_what_holds_for_all(written: WrittenClass, moodle: Moodle, tmp_path: Path) -> None:
    published_as(written, tmp_path, "{withhold: true}")
    moodle.blind = True
    os.environ[VARIABLE] = TOKEN
    done = run_here("push", written.out, "--assignment", moodle.url, "--json-lines")
    first = json.loads(done.stdout.splitlines()[0])
    assert first["event"] == "note"
    assert first["text"].startswith("Comments and pages wait")
