"""A report written again from results and decisions: nothing is graded, and what was not graded is not written."""

from __future__ import annotations

import base64
import csv
import html
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.class_run import events
from autograder.class_run.republish import republish
from autograder.cli import main
from autograder.errors import UsageError
from autograder.lms.returning import LONGEST_COMMENT
from autograder.model import Override
from autograder.store.going_back import going_back
from autograder.store.journal import Journal
from autograder.store.out_folder import locked
from autograder.store.published import FILE, kept
from autograder.store.records import Decision, Subject, What
from autograder.store.results import read_results, results_file, write_results
from autograder.store.run import before
from tests.engine.test_answers import PNG
from tests.review.classes import DERIVATION, LAST_STEP, Student, WrittenClass, students, write_class


@pytest.fixture
def written(tmp_path: Path) -> WrittenClass:
    """Three who could be graded and one who could not; nobody has scored anything."""
    return write_class(tmp_path, [*students(3), Student("Dee", problem="not a notebook")])


def decide(written: WrittenClass, *decided: tuple[int, str, What, object]) -> None:
    """Let Ada decide: place of the student, question, what, value."""
    decisions = [
        Decision(Subject(written.ids[at], question, what), value) for at, question, what, value in decided
    ]
    journal = Journal(written.out)
    assert isinstance(journal.append_all(decisions, "Ada", journal.state().last), list)


def score_everybody(written: WrittenClass) -> None:
    points = ((DERIVATION, 2.0), (LAST_STEP, 1.0))
    decide(written, *((at, name, What.POINTS, value) for at in range(3) for name, value in points))


def rows(written: WrittenClass) -> dict[str, dict[str, str]]:
    with (written.out / "grades.csv").open(encoding="utf-8", newline="") as opened:
        return {row["lms_id"]: row for row in csv.DictReader(opened)}


def test_decisions_go_into_everything_and_nothing_is_graded(written: WrittenClass) -> None:
    heard: list[events.Event] = []
    score_everybody(written)
    decide(written, (0, "median", What.OVERRIDE, Override(1.5, "right on paper", "well seen")))
    decide(written, (1, DERIVATION, What.COMMENT, "Mind the transpose"))
    published = republish(written.out, None, heard.append)

    graded = [one for one in heard if isinstance(one, events.Graded)]
    assert [one.grade.submission.id for one in graded] == [*written.ids]
    assert all(one.reused for one in graded)
    assert not any(isinstance(one, events.Running) for one in heard)
    (noted,) = (one for one in heard if isinstance(one, events.Noted))  # the class was written by no engine
    assert noted.text.startswith("the lab's tests, or what grades, are not those of the last grading")
    assert (published.figures.graded, published.figures.unscored) == (3, 0)
    table = rows(written)
    assert [(table[id]["score"], table[id]["mark"]) for id in "123"] == [
        ("7.5", "7.5"),
        ("8", "8"),
        ("8", "8"),
    ]
    assert table["1"]["changed"] == "median: 1.5 instead of 0: right on paper"
    pages = [(written.out / "feedback" / f"{id}.html").read_text() for id in written.ids]
    assert "right on paper" in pages[0]
    assert "Mind the transpose" in pages[1]
    assert "Mind the transpose" in (written.out / "manual.csv").read_text(encoding="utf-8-sig")
    marks = (written.out / "lms" / "moodle_grades.csv").read_text()
    assert [f"Participant {at},{mark},-," in marks for at, mark in ((1, "7.5"), (2, "8"), (3, "8"))] == [
        True
    ] * 3
    assert "Participant 4" not in marks
    upload = (written.out / "lms" / "UPLOAD.md").read_text()
    assert "reports afterwards: marks: 3; pages in `moodle_feedback.zip`: 4." in upload
    with zipfile.ZipFile(written.out / "lms" / "moodle_feedback.zip") as archive:
        assert len(archive.namelist()) == 4
    assert read_results(results_file(written.out, written.ids[0])).mark == 7.5


def test_pictures_of_an_answer_are_on_the_page_of_its_student(tmp_path: Path) -> None:
    written = write_class(tmp_path, [Student("Eve", attachments={"page.png": PNG}), *students(1)])
    republish(written.out, None, lambda event: None)
    pages = [(written.out / "feedback" / f"{id}.html").read_text() for id in written.ids]
    assert pages[0].count(f'src="data:image/png;base64,{base64.b64encode(PNG).decode()}"') == 1
    assert "<img" not in pages[1]


def test_a_second_time_nothing_changes(written: WrittenClass) -> None:
    score_everybody(written)
    republish(written.out, None, lambda event: None)
    ours = (
        ".autograder/published.json",
        ".autograder/going_back.json",
        ".autograder/lock",
        "journal.sqlite3",
    )
    files = {path: path.read_bytes() for path in written.out.rglob("*") if path.is_file()}
    republish(written.out, None, lambda event: None)
    again = {path: path.read_bytes() for path in written.out.rglob("*") if path.is_file()}
    assert again.keys() == files.keys()
    changed = {str(path.relative_to(written.out)) for path in files if files[path] != again[path]}
    assert changed <= set(ours)


def test_what_stands_in_the_tables_is_entered_first(written: WrittenClass) -> None:
    republish(written.out, None, lambda event: None)
    table = written.out / "manual.csv"
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    at = lines[0].split(",").index(DERIVATION)
    cells = lines[1].split(",")
    cells[at] = "2.5"
    table.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8")
    published = republish(written.out, None, lambda event: None)
    assert published.figures.unscored == 3  # the other question waits
    assert Journal(written.out).state().value(Subject(written.ids[0], DERIVATION, What.POINTS)) == 2.5
    assert rows(written)["1"][DERIVATION] == "2.5"


def test_files_have_scaled_marks_and_push_those_to_be_scaled(written: WrittenClass, tmp_path: Path) -> None:
    score_everybody(written)
    config, sheet = written.lab.path, tmp_path / "worksheet.csv"
    config.write_text(config.read_text() + "\nlms: {scale: maximum}\n")
    sheet.write_text(sheet.read_text().replace(",10.00,", ",20.00,"))
    assert republish(written.out, None, lambda event: None).doubts == ()
    going = going_back(written.out)
    found = {one.lms_id: (one.mark, one.possible) for one in going.people}
    assert (going.scale, found["2"], found["4"][0]) == ("maximum", (8.0, 10.0), None)
    assert "Participant 2,16," in (written.out / "lms" / "moodle_grades.csv").read_text()


def test_a_newer_list_of_the_class_counts_from_then_on(written: WrittenClass, tmp_path: Path) -> None:
    score_everybody(written)
    newer = tmp_path / "newer.csv"
    newer.write_text((tmp_path / "worksheet.csv").read_text().replace("Participant 1,", "Participant 77,"))
    for given in (newer, None):
        republish(written.out, None, lambda event: None, worksheet=given)
        upload = (written.out / "lms" / "UPLOAD.md").read_text()
        assert "Graded, but not on your worksheet (1)" in upload
    assert before(written.out).run.worksheet == newer


def test_partial_holds_until_it_is_said_otherwise(written: WrittenClass) -> None:
    def marks(**more: object) -> int:
        republish(written.out, None, lambda event: None, **more)
        return len((written.out / "lms" / "moodle_grades.csv").read_text().splitlines()) - 1

    assert [marks(), marks(partial=True), marks(), marks(partial=False), marks()] == [0, 3, 3, 0, 0]
    assert before(written.out).run.partial is False


def test_what_was_not_graded_is_refused_and_nothing_is_touched(written: WrittenClass) -> None:
    results_file(written.out, written.ids[0]).unlink()
    grade = read_results(results_file(written.out, written.ids[1]))
    write_results(written.out, replace(grade, digest="0" * 64))
    (written.out / "lms").mkdir()
    (written.out / "lms" / "UPLOAD.md").write_text("of before")
    with pytest.raises(UsageError) as refused:
        republish(written.out, None, lambda event: None)
    assert str(refused.value) == (
        "run autograder grade first: 1 submission is new (Student 000) and "
        "1 submission is not what was graded (Student 001)"
    )
    assert (written.out / "lms" / "UPLOAD.md").read_text() == "of before"
    assert not (written.out / "grades.csv").exists()


def test_half_of_another_grading_is_refused(written: WrittenClass) -> None:
    grade = read_results(results_file(written.out, written.ids[2]))
    write_results(written.out, replace(grade, fingerprint="of other tests"))
    with pytest.raises(UsageError, match="had graded a part of the class"):
        republish(written.out, None, lambda event: None)


def test_while_another_run_writes_nobody_else_does(written: WrittenClass) -> None:
    with locked(written.out), pytest.raises(UsageError, match="another run"):
        republish(written.out, None, lambda event: None)
    assert not (written.out / FILE).exists()


def test_where_nothing_was_graded_or_the_uploads_are_gone_the_command_says_so(
    written: WrittenClass, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", str(tmp_path / "nothing")]) == 2
    assert "nothing was graded there yet" in capsys.readouterr().err
    written.handed_in.rename(tmp_path / "moved.zip")
    assert main(["publish", str(written.out)]) == 2
    assert "class.zip: not there any more" in capsys.readouterr().err


def test_the_command_says_what_it_came_to(written: WrittenClass, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", str(written.out), "--partial", "--json-lines"]) == 3  # one could not be graded
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["known"] for one in said if one["event"] == "ended"] == [True] * 4
    assert (said[-1]["event"], said[-1]["graded"], said[-1]["not_gradable"]) == ("report", 3, 1)


def test_the_line_for_the_lms_says_what_was_changed_and_is_never_long(written: WrittenClass) -> None:
    score_everybody(written)
    decide(
        written,
        (0, "median", What.OVERRIDE, Override(1.5, "right on paper")),
        (0, "", What.COMMENT, "Come to my office"),
        (1, "median", What.OVERRIDE, Override(0.0, "=1+1 <b>" + "w" * 9000, "c" * 9000)),
        (1, LAST_STEP, What.OVERRIDE, Override(2.0, '"' * 9000)),
        (1, "", What.COMMENT, "&" * 9000),
    )
    republish(written.out, None, lambda event: None)
    with (written.out / "lms" / "moodle_grades.csv").open(encoding="utf-8", newline="") as opened:
        comments = [row["Feedback comments"] for row in csv.DictReader(opened)]
    assert comments[0] == (
        "7.5 of 10 points. From the course team: Come to my office. median 1.5/2, changed by the course team: "
        "right on paper. The attached page tells more."
    )
    assert len(html.unescape(comments[1])) <= LONGEST_COMMENT + 50
    assert "<b>" not in comments[1]
    assert max(map(len, comments)) < 7000


# What was written last


def test_what_went_back_is_kept_with_what_went_back_before(written: WrittenClass) -> None:
    republish(written.out, None, lambda event: None, by="Ben")
    score_everybody(written)
    decide(written, (0, "median", What.OVERRIDE, Override(2.0, "on paper")))
    republish(written.out, None, lambda event: None, by="Ada")
    last, earlier = kept(written.out)
    assert (last.by, earlier.by, last.seen, earlier.seen) == ("Ada", "Ben", 7, 0)
    assert (last.marks, last.pages, earlier.marks) == (3, {"moodle_feedback.zip": 4}, 0)
    ann, _, _, dee = (last.back[id] for id in written.ids)
    assert (ann.mark, ann.score, ann.possible, ann.held_back) == (8.0, 8.0, 10.0, "")
    assert ann.points == {"median": 2.0, "counter": 3.0, DERIVATION: 2.0, LAST_STEP: 1.0}
    assert (dee.mark, dee.held_back) == (None, "could not be graded: not a notebook")
    was = earlier.back[written.ids[0]]
    assert was.mark is None
    assert was.held_back == "not scored yet: Exercise 1: the derivation, Exercise 2: the last step"
    assert len(was.page) == 64
    assert was.page != ann.page
    assert earlier.back[written.ids[3]] == dee


def test_whom_the_lms_takes_no_mark_of_is_held_back(written: WrittenClass, tmp_path: Path) -> None:
    sheet = tmp_path / "worksheet.csv"
    first, locked_row, *others = sheet.read_text().splitlines(keepends=True)
    sheet.write_text("".join([first, locked_row.replace(",Yes,", ",No,"), *others]))
    score_everybody(written)
    republish(written.out, None, lambda event: None)
    last, _ = kept(written.out)
    assert [last.back[id].mark for id in written.ids] == [None, 8.0, 8.0, None]
    assert last.back[written.ids[0]].held_back == "Moodle has locked the mark"
    assert last.marks == 2


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"schema": 1, "written": [{}]}', '{"schema": 2, "written": []}']
)
def test_what_cannot_be_read_was_never_written(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text(text)
    assert kept(tmp_path) == (None, None)
