"""``autograder push`` against a site on loopback: what it shows, writes, reads back, and leaves alone."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from autograder.model import Override
from autograder.online.moodle import OF_PERSON
from autograder.online.token import VARIABLE
from autograder.store.going_back import FILE as FILE_GOING_BACK
from autograder.store.going_back import going_back
from autograder.store.journal import Journal
from autograder.store.pushed import FILE, Pushed
from autograder.store.records import Decision, Subject, What
from tests.engine.processes import run_here
from tests.online.commands import push, with_token
from tests.online.moodle_server import TOKEN, Moodle
from tests.review.classes import WrittenClass


def test_what_would_change_is_shown_and_nothing_is_written(written: WrittenClass, moodle: Moodle) -> None:
    code, said = push(written, moodle)
    assert code == 0
    assert "change  Student 000 (1): mark – → 6, new comment, new page" in said
    assert "3 would change, 0 are so already, 0 not touched." in said
    assert f"autograder push {written.out} --yes" in said
    assert not moodle.saves
    assert not {"mod_assign_save_grades", "upload.php", "mod_assign_set_user_flags"} & set(moodle.asked)
    assert not (written.out / FILE).exists()


def test_what_goes_back_is_what_the_files_for_the_lms_hold(written: WrittenClass, moodle: Moodle) -> None:
    assert push(written, moodle, "--yes")[0] == 0
    with (written.out / "lms" / "moodle_grades.csv").open(encoding="utf-8", newline="") as opened:
        rows = {row["Identifier"].removeprefix("Participant "): row for row in csv.DictReader(opened)}
    with zipfile.ZipFile(written.out / "lms" / "moodle_feedback.zip") as archive:
        pages = {name.split("_")[1]: archive.read(name) for name in archive.namelist()}
    assert len(rows) == 3
    for one in moodle.students:
        assert one.mark == float(rows[str(one.number)]["Grade"])
        assert one.comment == rows[str(one.number)]["Feedback comments"]
        assert one.feedback == {"feedback.html": pages[str(one.number)]}


def test_a_site_of_4_1_does_not_say_how_much_of_a_page_it_took(written: WrittenClass, moodle: Moodle) -> None:
    moodle.is_old = True
    assert push(written, moodle, "--yes")[0] == 0
    assert all(one.feedback for one in moodle.students)


def test_the_page_about_the_files_names_the_command(written: WrittenClass) -> None:
    assert "`autograder push`" in (written.out / "lms" / "UPLOAD.md").read_text(encoding="utf-8")


def test_a_second_time_nothing_is_written(written: WrittenClass, moodle: Moodle) -> None:
    push(written, moodle, "--yes")
    code, said = push(written, moodle, "--yes")
    assert code == 0
    assert "0 written and read back, 3 are so already" in said
    assert set(moodle.saves.values()) == {1}


def test_what_was_decided_since_has_to_be_published_first(written: WrittenClass, moodle: Moodle) -> None:
    journal = Journal(written.out)
    decided = Decision(Subject(written.ids[0], "median", What.OVERRIDE), Override(2.0, "right on paper", ""))
    assert isinstance(journal.append_all([decided], "Ada", journal.state().last), list)
    code, said = push(written, moodle, "--yes")
    assert (code, bool(moodle.saves)) == (2, False)
    assert f"run autograder publish {written.out} first" in said


def test_a_changed_mark_is_written_over_ours_and_the_others_stay(
    written: WrittenClass, moodle: Moodle
) -> None:
    push(written, moodle, "--yes")
    journal = Journal(written.out)
    decided = Decision(Subject(written.ids[0], "median", What.OVERRIDE), Override(2.0, "right on paper", ""))
    journal.append_all([decided], "Ada", journal.state().last)
    run_here("publish", written.out)
    code, said = push(written, moodle, "--yes")
    assert code == 0
    assert "written Student 000 (1): mark 6 → 8, comment, page" in said
    assert dict(moodle.saves) == {101: 2, 102: 1, 103: 1}


def test_a_mark_of_somebody_else_stays_unless_it_is_said(written: WrittenClass, moodle: Moodle) -> None:
    moodle.students[0].mark, moodle.students[0].comment = 9.5, "<p>by hand</p>"
    moodle.students[1].comment = "<p>see me</p>"
    code, said = push(written, moodle, "--yes")
    assert code == 3
    assert "not     Student 000 (1): there is a mark, 9.5, which this program did not write" in said
    assert "not     Student 001 (2): there is a comment, which" in said
    assert dict(moodle.saves) == {103: 1}
    assert push(written, moodle, "--yes", "--replace")[0] == 0
    assert (moodle.students[0].mark, set(moodle.saves.values())) == (6.0, {1})


def test_a_file_of_somebody_else_stays_beside_the_page(written: WrittenClass, moodle: Moodle) -> None:
    moodle.students[0].feedback = {"notes/marked ü.pdf": b"%PDF", "feedback.html": b"old"}
    assert push(written, moodle, "--yes")[0] == 0
    assert set(moodle.students[0].feedback) == {"notes/marked ü.pdf", "feedback.html"}
    assert moodle.students[0].feedback["notes/marked ü.pdf"] == b"%PDF"
    assert moodle.students[0].feedback["feedback.html"] != b"old"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"locked": "locked"}, "the mark is locked in Moodle's gradebook"),
        ({"locked": "overridden"}, "the mark was set by hand in Moodle's gradebook"),
        ({"status": "reopened"}, "a further attempt is open, and the mark would go to it"),
        ({"number": 77}, "the course has no participant 1: suspended, gone, or of another assignment"),
    ],
)
def test_what_moodle_would_drop_or_give_to_another_is_not_sent(
    written: WrittenClass, moodle: Moodle, change: dict[str, object], said: str
) -> None:
    vars(moodle.students[0]).update(change)
    code, shown = push(written, moodle, "--yes")
    assert code == 3
    assert said in shown
    assert dict(moodle.saves) == {102: 1, 103: 1}


def test_where_the_gradebook_is_not_told_that_is_said_and_a_locked_mark_is_seen_afterwards(
    written: WrittenClass, moodle: Moodle
) -> None:
    """From 4.1 to 4.4 one activity called "R&D" anywhere in the course is enough."""
    moodle.fault = lambda asked, times: (
        "invalidresponse" if asked == "gradereport_user_get_grade_items" else ""
    )
    moodle.students[0].locked = "overridden"
    code, said = push(written, moodle, "--yes")
    assert code == 3
    assert "Nobody looked whether marks are locked or overridden" in said
    assert "FAILED  Student 000 (1): Moodle did not take the mark" in said
    assert "2 written and read back, 1 not as they should be" in said


def test_a_mark_above_the_maximum_is_not_sent_and_nor_is_its_page(
    written: WrittenClass, moodle: Moodle
) -> None:
    moodle.maximum = 7.0
    code, said = push(written, moodle, "--yes")
    assert code == 3
    assert "the mark 8 is above the assignment's maximum grade (7)" in said
    assert [one.mark for one in moodle.students] == [6.0, None, None]
    assert moodle.students[1].feedback == {}


@pytest.mark.parametrize(
    ("language", "files", "comments"),
    [
        ("en", "“Feedback files”", "“Feedback comments”"),
        ("de", "„Feedbackdateien“", "“Feedback als Kommentar”"),
    ],
)
def test_what_is_switched_off_is_said_and_not_missed(
    written: WrittenClass, moodle: Moodle, language: str, files: str, comments: str
) -> None:
    moodle.language = language
    moodle.files = moodle.comments = False
    code, said = push(written, moodle, "--yes")
    assert code == 0
    assert f"{files} is off in the assignment's settings" in said
    assert f"{comments} is off" in said
    assert moodle.students[0].mark == 6.0
    assert "upload.php" not in moodle.asked


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ({"method": "rubric"}, "the assignment is graded by rubric"),
        ({"maximum": -3}, "graded by a scale, not with points"),
        ({"maximum": 0}, "graded without a grade, not with points"),
        ({"teams": True}, "teams hand in at Moodle, students in grading_config.yml"),
        ({"siteurl": "https://moodle.example.org"}, "the site calls itself https://moodle.example.org"),
        (
            {"functions": ("core_webservice_get_site_info",)},
            "the token's service lacks core_course_get_course_module",
        ),
        ({"token": "another"}, "get a new one"),
    ],
)
def test_an_assignment_that_takes_no_marks_is_refused_before_anything(
    written: WrittenClass, moodle: Moodle, site: dict[str, object], said: str
) -> None:
    vars(moodle).update(site)
    code, shown = push(written, moodle, "--yes")
    assert (code, bool(moodle.saves)) == (2, False)
    assert said in shown
    assert "\x1b" not in shown


def test_what_moodle_silently_drops_is_seen_when_it_is_read_back(
    written: WrittenClass, moodle: Moodle
) -> None:
    def locked_now(function: str, times: int) -> str:
        if function == "mod_assign_save_grades" and times == 0:
            moodle.students[0].locked = "locked"
        return ""

    moodle.fault = locked_now
    code, said = push(written, moodle, "--yes")
    assert code == 3
    assert "FAILED  Student 000 (1): Moodle did not take the mark and has no mark" in said
    assert "2 written and read back, 1 not as they should be" in said


@pytest.mark.parametrize(
    ("kind", "said"), [("files", "has other files"), ("comments", "has another comment")]
)
def test_what_is_switched_off_meanwhile_is_seen_when_it_is_read_back(
    written: WrittenClass, moodle: Moodle, kind: str, said: str
) -> None:
    def switched_off(function: str, times: int) -> str:
        if function == "mod_assign_save_grades":
            setattr(moodle, kind, False)
        return ""

    moodle.fault = switched_off
    code, shown = push(written, moodle, "--yes")
    assert code == 3
    assert shown.count(said) == 3


def test_marks_that_wait_for_their_release_keep_their_state(written: WrittenClass, moodle: Moodle) -> None:
    moodle.workflow, moodle.students[1].state = True, "released"
    code, said = push(written, moodle, "--yes")
    assert code == 0
    assert "Marking workflow is on" in said
    assert [one.state for one in moodle.students] == ["", "released", ""]
    assert [one.mark is None for one in moodle.students] == [False] * 3
    assert push(written, moodle, "--yes")[1].count("3 are so already") == 1


def test_what_is_released_while_a_push_goes_on_stays_released(written: WrittenClass, moodle: Moodle) -> None:
    def released_meanwhile(function: str, times: int) -> str:
        if function == "mod_assign_save_grades":
            moodle.students[2].state = "released"
        return ""

    moodle.workflow, moodle.fault = True, released_meanwhile
    push(written, moodle, "--yes")
    assert [one.state for one in moodle.students] == ["", "", "released"]


@pytest.mark.parametrize(("notify", "mailed"), [(0, 1), (1, 0)])
def test_students_are_told_as_the_assignment_says(
    written: WrittenClass, moodle: Moodle, notify: int, mailed: int
) -> None:
    moodle.notify = notify
    push(written, moodle, "--yes")
    assert {one.mailed for one in moodle.students} == {mailed}


def test_a_non_editing_teacher_finds_people_by_address(written: WrittenClass, moodle: Moodle) -> None:
    moodle.editing = False
    assert push(written, moodle, "--yes")[0] == 3  # the worksheet of this class has no addresses
    assert not moodle.saves


def test_who_handed_in_again_is_named(written: WrittenClass, moodle: Moodle) -> None:
    moodle.students[2].when = 4_000_000_000
    assert (
        "Student 002 (3): mark – → 8, new comment, new page; handed in again after"
        in push(written, moodle)[1]
    )


def test_the_token_stands_nowhere(written: WrittenClass, moodle: Moodle) -> None:
    said = push(written, moodle, "--yes")[1]
    assert TOKEN not in said
    assert not [line for line in moodle.seen if TOKEN in line]
    files = [path for path in written.out.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]


def test_a_page_that_was_changed_by_hand_is_not_sent(written: WrittenClass, moodle: Moodle) -> None:
    (written.out / "feedback" / f"{written.ids[0]}.html").write_text("mine", encoding="utf-8")
    code, said = push(written, moodle, "--yes")
    assert (code, bool(moodle.saves)) == (2, False)
    assert "was changed after it was published" in said


def test_the_assignment_of_the_last_push_needs_no_saying(written: WrittenClass, moodle: Moodle) -> None:
    assert with_token("push", written.out)[0] == 2
    push(written, moodle, "--yes")
    assert "3 are so already" in with_token("push", written.out)[1]


def test_marks_of_one_assignment_do_not_go_into_another(
    written: WrittenClass, moodle: Moodle, tmp_path: Path
) -> None:
    run_file = written.out / ".autograder" / "run.json"
    run = json.loads(run_file.read_text(encoding="utf-8")) | {"worksheet": str(tmp_path / "worksheet.csv")}
    run_file.write_text(json.dumps(run), encoding="utf-8")
    other = moodle.url.replace("id=8", "id=9")
    (tmp_path / "assignment.json").write_text(json.dumps({"assignment": other}), encoding="utf-8")
    code, said = push(written, moodle, "--yes")
    assert (code, bool(moodle.saves)) == (2, False)
    assert f"this class was pulled from {other}" in said


def test_programs_get_an_object_a_line(written: WrittenClass, moodle: Moodle) -> None:
    moodle.students[0].locked = "locked"
    os.environ[VARIABLE] = TOKEN
    done = run_here("push", written.out, "--assignment", moodle.url, "--yes", "--json-lines")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["event"], one.get("number"), one.get("written")) for one in told] == [
        ("student", "1", None), ("student", "2", True), ("student", "3", True), ("pushed", None, None),
    ]  # fmt: skip
    assert told[0]["held_back"] == "the mark is locked in Moodle's gradebook"
    assert {name: told[-1][name] for name in ("changed", "same", "left", "failed")} == {
        "changed": 2, "same": 0, "left": 1, "failed": 0,
    }  # fmt: skip
    assert "2 written and read back" in done.stderr


def test_what_was_published_has_to_be_there(written: WrittenClass, moodle: Moodle) -> None:
    assert len(going_back(written.out).people) == 3
    (written.out / ".autograder" / "going_back.json").unlink()
    assert "run autograder publish" in push(written, moodle)[1]


# Undoing


def test_an_undone_push_leaves_what_was_there(written: WrittenClass, moodle: Moodle) -> None:
    first, second, third = moodle.students
    first.mark, first.comment, first.feedback = (
        3.25,
        "<p>by <b>hand</b></p>",
        {"old.pdf": b"%PDF", "feedback.html": b"x"},
    )
    second.comment = "note"
    before = [(one.mark, one.comment, one.feedback) for one in moodle.students]
    push(written, moodle, "--yes", "--replace")
    assert third.mark == 8.0
    code, said = push(written, moodle, "--undo")
    assert code == 0
    assert "change  Student 000 (1): mark 6 → 3.25, comment, page" in said
    assert set(moodle.saves.values()) == {1}
    assert push(written, moodle, "--undo", "--yes")[0] == 0
    assert [(one.mark, one.comment, one.feedback) for one in moodle.students] == before
    assert "nothing was pushed" in push(written, moodle, "--undo", "--yes")[1]


def test_where_nothing_was_told_before_a_release_the_undoing_leaves_nothing(
    written: WrittenClass, moodle: Moodle
) -> None:
    """Comment and page are not told then; but for whom nothing was ever saved there was none."""
    moodle.workflow = True
    moodle.students[1].comment = "<p>in review</p>"
    push(written, moodle, "--yes")
    code, said = push(written, moodle, "--undo", "--yes")
    assert code == 0
    assert said.count("nobody could see which comment or files there were: what is there stays") == 1
    assert "new page" not in said
    assert [(one.mark, one.comment, bool(one.feedback)) for one in moodle.students][::2] == [
        (None, "", False)
    ] * 2
    assert moodle.students[1].mark is None
    assert moodle.students[1].feedback


def test_what_was_changed_since_the_push_is_not_undone(written: WrittenClass, moodle: Moodle) -> None:
    push(written, moodle, "--yes")
    moodle.students[0].mark = 7.0
    code, said = push(written, moodle, "--undo", "--yes")
    assert code == 3
    assert "there is another mark since" in said
    assert [one.mark for one in moodle.students] == [7.0, None, None]


def test_two_pushes_are_undone_one_after_the_other(written: WrittenClass, moodle: Moodle) -> None:
    push(written, moodle, "--yes")
    journal = Journal(written.out)
    decided = Decision(Subject(written.ids[0], "median", What.OVERRIDE), Override(2.0, "right on paper", ""))
    journal.append_all([decided], "Ada", journal.state().last)
    run_here("publish", written.out)
    push(written, moodle, "--yes")
    marks = [moodle.students[0].mark]
    for _ in range(2):
        push(written, moodle, "--undo", "--yes")
        marks.append(moodle.students[0].mark)
    assert marks == [8.0, 6.0, None]


def test_after_an_undoing_everything_goes_back_again(written: WrittenClass, moodle: Moodle) -> None:
    push(written, moodle, "--yes")
    push(written, moodle, "--undo", "--yes")
    assert push(written, moodle, "--yes")[0] == 0
    assert [one.mark for one in moodle.students] == [6.0, 8.0, 8.0]


def test_a_journal_of_another_version_is_not_read(written: WrittenClass, moodle: Moodle) -> None:
    push(written, moodle, "--yes")
    with closing(sqlite3.connect(written.out / FILE)) as database:
        database.execute("PRAGMA user_version = 9")
    assert "is of version 9" in push(written, moodle, "--yes")[1]
    with pytest.raises(Exception, match="version 9"):
        Pushed(written.out).last()


# Who is who


def as_others(written: WrittenClass, **change: object) -> None:
    """Change what is known of everybody in the class that goes back."""
    file = written.out / FILE_GOING_BACK
    data = json.loads(file.read_text(encoding="utf-8"))
    for at, one in enumerate(data["people"], start=1):
        one.update({key: value(at) if callable(value) else value for key, value in change.items()})
    data["teams"] = "members" in change
    file.write_text(json.dumps(data), encoding="utf-8")


def test_numbers_of_a_pull_by_who_may_not_see_them_find_their_people(
    written: WrittenClass, moodle: Moodle
) -> None:
    as_others(written, lms_id=lambda at: str(OF_PERSON + 100 + at))
    assert push(written, moodle, "--yes")[0] == 0
    assert [one.mark for one in moodle.students] == [6.0, 8.0, 8.0]


def test_who_may_not_see_numbers_goes_by_addresses_that_one_person_alone_has(
    written: WrittenClass, moodle: Moodle
) -> None:
    as_others(written, email=lambda at: f"S{at}@example.org")
    moodle.editing = False
    moodle.students[1].email = moodle.students[2].email = "shared@example.org"
    assert push(written, moodle, "--yes")[0] == 3
    assert [one.mark for one in moodle.students] == [6.0, None, None]


def test_an_address_finds_nobody_where_numbers_are_told(written: WrittenClass, moodle: Moodle) -> None:
    as_others(written, lms_id="77", email=lambda at: f"s{at}@example.org")
    assert push(written, moodle, "--yes")[0] == 3
    assert not moodle.saves


def test_every_member_of_a_team_gets_its_mark(written: WrittenClass, moodle: Moodle) -> None:
    as_others(written, lms_id=lambda at: str(70 + at), members=())
    moodle.teams, moodle.groups = True, {71: "A", 72: "B"}
    for one, group in zip(moodle.students, (71, 71, 72), strict=True):
        one.group = group
    code, said = push(written, moodle, "--yes")
    assert code == 3
    assert "Student 002: nobody in the course is in the team with the number 73" in said
    assert [one.mark for one in moodle.students] == [6.0, 6.0, 8.0]


def test_who_is_in_no_team_gets_the_mark_of_those_without_one(written: WrittenClass, moodle: Moodle) -> None:
    as_others(written, lms_id=lambda at: "71" if at == 1 else "", members=())
    moodle.teams, moodle.groups = True, {71: "A"}
    moodle.students[0].group = 71
    file = written.out / FILE_GOING_BACK
    data = json.loads(file.read_text(encoding="utf-8"))
    data["people"].pop()  # those without a team hand in once
    file.write_text(json.dumps(data), encoding="utf-8")
    assert push(written, moodle, "--yes")[0] == 0
    assert [one.mark for one in moodle.students] == [6.0, 8.0, 8.0]
    moodle.students[1].group = moodle.students[2].group = 71
    assert "nothing tells whose it is" in push(written, moodle)[1]


def test_a_member_who_is_not_there_is_named_and_the_others_get_their_mark(
    written: WrittenClass, moodle: Moodle
) -> None:
    as_others(
        written, lms_id=lambda at: str(70 + at), members=lambda at: [str(at), "77"] if at == 1 else [str(at)]
    )
    moodle.teams = True
    code, said = push(written, moodle, "--yes")
    assert code == 3
    assert "not     Student 000: the course has no participant 77" in said
    assert [one.mark for one in moodle.students] == [6.0, 8.0, 8.0]


def test_two_submissions_of_one_person_are_named_and_none_goes_back(
    written: WrittenClass, moodle: Moodle
) -> None:
    as_others(written, lms_id=lambda at: str(min(at, 2)) if at < 3 else str(OF_PERSON + 102))
    code, said = push(written, moodle, "--yes")
    assert code == 3
    assert said.count("several submissions are theirs") == 2
    assert [one.mark for one in moodle.students] == [6.0, None, None]
