"""``autograder pull``: what comes is laid out as Moodle's own export, and ``grade`` reads it as one."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.config.load import Lab, load
from autograder.config.schema import LmsSettings
from autograder.lms.model import Person
from autograder.lms.moodle import Moodle as MoodleFiles
from autograder.lms.moodle_worksheet import worksheet_of
from autograder.model import Submission
from autograder.online.moodle import OF_PERSON
from autograder.submissions.whole_class import Given, find_class
from tests.conftest import TOY_LAB
from tests.online.commands import with_token
from tests.online.moodle_server import PASSWORD, Moodle, Student

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def pull(moodle: Moodle, out: Path) -> tuple[int, str]:
    return with_token("pull", "--assignment", moodle.url, "--out", out)


def found(out: Path, spool: Path, lab: Lab | None = None) -> dict[str, Submission]:
    """What ``grade`` finds, by the LMS's identifier."""
    given = Given((out / "submissions.zip",), worksheet=out / "worksheet.csv")
    spool.mkdir()
    lab = lab or load(TOY_LAB / "grading_config.yml")
    return {one.lms_id: one for one in find_class(given, spool, lab).submissions}


def names(out: Path) -> list[str]:
    with zipfile.ZipFile(out / "submissions.zip") as archive:
        return archive.namelist()


@pytest.fixture
def handed_in(moodle: Moodle) -> Moodle:
    """One in time, one late by a day and a bit, one late in spite of a longer time, a draft, and somebody without anything."""
    moodle.students += [Student(104, 4, "Dee", status="draft"), Student(105, 5, "Eve", status="")]
    for one, seconds in zip(moodle.students, (-60, 90_061, 90_061, 0, 0), strict=True):
        one.files, one.when = {"sub/lab.ipynb": NOTEBOOK}, moodle.due + seconds
    moodle.students[2].extension = moodle.due + 90_000
    return moodle


def test_grade_reads_what_was_pulled_as_an_export_with_its_worksheet(
    handed_in: Moodle, tmp_path: Path
) -> None:
    code, said = pull(handed_in, tmp_path / "pulled")
    assert code == 0
    assert f"Next: autograder grade {tmp_path / 'pulled' / 'submissions.zip'} --worksheet" in said
    assert "Drafts are not fetched, because they are not handed in: Dee" in said
    submissions = found(tmp_path / "pulled", tmp_path / "spool")
    assert {id: (one.student, one.lms, one.late_seconds) for id, one in submissions.items()} == {
        "1": ("Student 000", "moodle", 0.0),
        "2": ("Student 001", "moodle", 90_061.0),
        "3": ("Student 002", "moodle", 61.0),
    }
    assert submissions["1"].file is not None
    assert submissions["1"].file.read_bytes() == NOTEBOOK
    listed = MoodleFiles().worksheet((tmp_path / "pulled" / "worksheet.csv").read_bytes()).people
    assert {one.lms_id: one.handed_in for one in listed} == {
        "1": True,
        "2": True,
        "3": True,
        "4": False,
        "5": False,
    }


def test_whom_no_student_is_allocated_to_hears_why_there_is_nothing(moodle: Moodle, tmp_path: Path) -> None:
    moodle.allocated = ()
    code, said = pull(moodle, tmp_path / "pulled")
    assert code == 3
    assert "an account that may not allocate them is told of its own students only" in said
    assert "0 people in the course" in said
    assert "Next:" not in said


def test_names_of_students_and_of_their_files_lead_nowhere(moodle: Moodle, tmp_path: Path) -> None:
    first, second, third = moodle.students
    first.name, first.files = "=1+1 ../../x_9_assignsubmission_file", {"a/../../b\\c.ipynb": NOTEBOOK}
    second.name, second.files = "\u202e\x00\n/", {"..": NOTEBOOK, "n" * 400 + ".ipynb": NOTEBOOK}
    third.name = "<b>R&D</b> 'Ann'"
    assert pull(moodle, tmp_path / "pulled")[0] == 0
    assert all(
        ".." not in name.split("/") and "\\" not in name and len(name.split("/")[-1]) <= 200
        for name in names(tmp_path / "pulled")
    )
    assert set(found(tmp_path / "pulled", tmp_path / "spool")) == {"1", "2", "3"}
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file() and "spool" not in path.parts) == [
        "assignment.json", "submissions.zip", "worksheet.csv",
    ]  # fmt: skip
    assert "'=1+1" in (tmp_path / "pulled" / "worksheet.csv").read_text(encoding="utf-8")


def test_teams_come_by_their_numbers(moodle: Moodle, tmp_path: Path) -> None:
    moodle.teams, moodle.groups = True, {7: "Team A" * 20, 8: 'R&D "x"'}
    moodle.team_files = {7: {"lab.ipynb": NOTEBOOK}, 8: {"lab.ipynb": NOTEBOOK}}
    for one, group in zip(moodle.students, (7, 7, 8), strict=True):
        one.group = group
    assert pull(moodle, tmp_path / "pulled")[0] == 0
    assert [name.split("/")[0] for name in names(tmp_path / "pulled")] == [
        f"{'Team A' * 10}_7_assignsubmission_file", "RD x_8_assignsubmission_file",
    ]  # fmt: skip
    listed = MoodleFiles().worksheet((tmp_path / "pulled" / "worksheet.csv").read_bytes()).people
    assert [one.group for one in listed] == ["Team A" * 20, "Team A" * 20, 'R&D "x"']
    lab = load(TOY_LAB / "grading_config.yml")
    lab = replace(lab, config=lab.config.model_copy(update={"lms": LmsSettings(teams=True)}))
    submissions = found(tmp_path / "pulled", tmp_path / "spool", lab)
    assert {id: one.student for id, one in submissions.items()} == {"7": "Team A" * 20, "8": 'R&D "x"'}


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Default group"), ("de", "Standard-Gruppe"), ("de_kids", "Standard-Gruppe")]
)
def test_who_is_in_no_team_hands_in_with_the_others_of_these(
    moodle: Moodle, tmp_path: Path, language: str, name: str
) -> None:
    moodle.language = language
    moodle.teams, moodle.groups = True, {7: "Team A"}
    moodle.team_files = {7: {"lab.ipynb": NOTEBOOK}, 0: {"lab.ipynb": NOTEBOOK}}
    moodle.students[0].group = 7
    assert pull(moodle, tmp_path / "pulled")[0] == 0
    assert f"{name}_assignsubmission_file/lab.ipynb" in names(tmp_path / "pulled")
    assert {one.student for one in found(tmp_path / "pulled", tmp_path / "spool").values()} >= {name}
    listed = MoodleFiles().worksheet((tmp_path / "pulled" / "worksheet.csv").read_bytes()).people
    assert [one.group for one in listed] == ["Team A", name, name]


def test_who_may_not_see_numbers_gets_numbers_that_are_nobodys(moodle: Moodle, tmp_path: Path) -> None:
    moodle.editing = False
    for one in moodle.students:
        one.files = {"lab.ipynb": NOTEBOOK}
    code, said = pull(moodle, tmp_path / "pulled")
    assert code == 0
    assert "let push take the marks back" in said
    assert set(found(tmp_path / "pulled", tmp_path / "spool")) == {
        str(OF_PERSON + one.user) for one in moodle.students
    }


def test_who_has_no_number_yet_is_no_reason_to_doubt_the_account(moodle: Moodle, tmp_path: Path) -> None:
    moodle.students.append(Student(104, 4, "Dee", status="", is_numbered=False))
    code, said = pull(moodle, tmp_path / "pulled")
    assert code == 0
    assert "may not see participants' numbers" not in said


def test_with_hidden_names_nobody_is_named(moodle: Moodle, tmp_path: Path) -> None:
    moodle.blind, moodle.editing = True, False
    code, said = pull(moodle, tmp_path / "pulled")
    assert code == 0
    everything = (
        said
        + "".join(names(tmp_path / "pulled"))
        + (tmp_path / "pulled" / "worksheet.csv").read_text(encoding="utf-8")
    )
    assert "Student 00" not in everything
    assert "@example.org" not in everything
    assert "Participant 1_1_assignsubmission_file/lab.ipynb" in names(tmp_path / "pulled")


@pytest.mark.parametrize(
    ("site", "missing"),
    [
        ({}, set()),
        ({"blind": True}, {"Full name", "Email address"}),
        ({"comments": False}, {"Feedback comments"}),
    ],
)
def test_the_list_has_the_columns_that_moodles_own_has(
    moodle: Moodle, tmp_path: Path, site: dict[str, bool], missing: set[str]
) -> None:
    vars(moodle).update(site)
    assert pull(moodle, tmp_path / "pulled")[0] == 0
    listed = MoodleFiles().worksheet((tmp_path / "pulled" / "worksheet.csv").read_bytes())
    assert {"Full name", "Email address", "Feedback comments"} - set(listed.headers) == missing
    assert [one.lms_id for one in listed.people] == ["1", "2", "3"]


@pytest.mark.parametrize("fault", ["half", "drop", "filenotfound", "html", "long"])
def test_what_comes_in_half_does_not_come(moodle: Moodle, tmp_path: Path, fault: str) -> None:
    moodle.fault = lambda asked, times: fault if asked == "pluginfile" and times >= 1 else ""
    code, said = pull(moodle, tmp_path / "pulled")
    assert code == 2
    assert "Traceback" not in said
    assert list((tmp_path / "pulled").iterdir()) == []
    moodle.fault = lambda asked, times: ""
    assert pull(moodle, tmp_path / "pulled")[0] == 0


def test_no_token_goes_to_another_site(moodle: Moodle, tmp_path: Path) -> None:
    listed = moodle.listed
    moodle.listed = lambda files, where: [
        one | {"fileurl": one["fileurl"].replace("127.0.0.1", "127.0.0.2")} for one in listed(files, where)
    ]
    code, said = pull(moodle, tmp_path / "pulled")
    assert code == 2
    assert "where no token is sent" in said
    assert "pluginfile" not in moodle.asked


def test_a_worksheet_is_read_back_as_it_was_written() -> None:
    people = [
        Person(
            "1",
            "Ann O'Neil",
            "ann@example.org",
            "Team A",
            "12.5",
            late_seconds=3723.0,
            late=True,
            handed_in=True,
        )
    ]
    read = MoodleFiles().worksheet(worksheet_of(people, 25.0).encode()).people[0]
    assert (read.lms_id, read.name, read.login, read.group, read.mark) == (
        "1",
        "Ann O'Neil",
        "ann@example.org",
        "Team A",
        "12.5",
    )
    assert (read.late_seconds, read.late, read.handed_in) == (3723.0, True, True)


def test_from_pull_to_push_a_ta_names_the_assignment_once(moodle: Moodle, tmp_path: Path) -> None:
    from autograder.store.pulled import assignment_beside

    pull(moodle, tmp_path / "pulled")
    assert assignment_beside(tmp_path / "pulled" / "worksheet.csv") == moodle.url
    assert assignment_beside(tmp_path / "worksheet.csv") == ""
    assert PASSWORD not in "".join(moodle.seen)
