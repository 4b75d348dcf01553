"""The page Publish: what is different from last time, one writing at a time, only the files that go back."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.class_run.republish import republish
from autograder.model import Override
from autograder.review import publish_page
from autograder.review.compared import Kind, Row, compared
from autograder.review.desk import Desk
from autograder.review.handed_in import opened as uploads
from autograder.store.out_folder import locked
from autograder.store.published import FILE, kept
from autograder.store.records import Decision, Subject, What
from autograder.store.results import read_results, results_file, write_results
from autograder.store.run import RUN_FILE
from tests.engine.processes import wait_until
from tests.review.asking import Answer, Asker, opened
from tests.review.classes import DERIVATION, LAST_STEP, Student, WrittenClass, students, write_class

ATTACK = "<script>alert(1)</script>"


@pytest.fixture
def written(tmp_path: Path) -> WrittenClass:
    """Four who could be graded, one of them late, and one who could not; Ada has scored all but the last."""
    members = [*students(3), Student(ATTACK, late=7500.0), Student("Dee", problem="not a notebook")]
    made = write_class(tmp_path, members)
    for at in range(3):
        decide(made, (at, DERIVATION, What.POINTS, 2.0), (at, LAST_STEP, What.POINTS, 1.0))
    return made


def decide(written: WrittenClass, *decided: tuple[int, str, What, object], who: str = "Ada") -> None:
    desk = Desk(written.out)
    wanted = [Decision(Subject(written.ids[at], name, what), value) for at, name, what, value in decided]
    assert isinstance(desk.decide(wanted, who, desk.now().state.last), list)


def differences(written: WrittenClass, *, partial: bool = False) -> dict[str, Row]:
    """The comparison, by the submission's id."""
    last, _ = kept(written.out)
    rows = compared(Desk(written.out).now(), last, partial=partial)
    assert [row.kind for row in rows] == sorted((row.kind for row in rows), key=list(Kind).index)
    return {row.id: row for row in rows}


def form(page: Answer, **more: str) -> list[tuple[str, str]]:
    """What the page's form sends."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    return [*(found | more).items()]


def publish(asker: Asker, **more: str) -> Answer:
    return asker.post("/publish", form(asker.get("/publish"), **more))


def until_written(asker: Asker) -> None:
    wait_until(
        lambda: not json.loads(asker.get("/publish/state").body)["underWay"],
        lambda: "it is still being written",
    )


# The comparison


def test_everything_is_new_until_something_was_written(written: WrittenClass) -> None:
    kinds = [differences(written)[id].kind for id in written.ids]
    assert kinds == [Kind.NEW, Kind.NEW, Kind.NEW, Kind.HELD, Kind.HELD]
    rows = differences(written)
    assert rows[written.ids[3]].why == (
        "not scored yet: Exercise 1: the derivation, Exercise 2: the last step",
    )
    assert rows[written.ids[4]].why == ("could not be graded: not a notebook",)
    assert differences(written, partial=True)[written.ids[3]].kind is Kind.NEW


def test_who_decided_what_since_is_why_a_mark_has_changed(written: WrittenClass) -> None:
    republish(written.out, None, lambda event: None)
    assert {row.kind for row in differences(written).values()} == {Kind.SAME, Kind.HELD}
    decide(
        written,
        (0, "median", What.OVERRIDE, Override(2.0, "right on paper")),
        (1, DERIVATION, What.COMMENT, "Mind the transpose"),
        (1, DERIVATION, What.PRIVATE_NOTE, "a copy?"),
        (2, DERIVATION, What.POINTS, 1.0),
        (3, DERIVATION, What.POINTS, 3.0),
        (3, LAST_STEP, What.POINTS, 2.0),
        who="Ben",
    )
    rows = differences(written)
    first, second, third, fourth, _ = (rows[id] for id in written.ids)
    assert (first.kind, first.before, first.now, first.of) == (Kind.CHANGED, 6.0, 8.0, 10.0)
    assert first.why == ("Median: 0 → 2 (Ben: right on paper)",)
    assert (second.kind, second.why) == (Kind.FEEDBACK, ("Exercise 1: the derivation: comment (Ben)",))
    assert (third.kind, third.why) == (Kind.CHANGED, ("Exercise 1: the derivation: 2 → 1 (Ben)",))
    assert (fourth.kind, fourth.before, fourth.now) == (Kind.NEW, None, 9.0)  # a day late: 1 of 10
    assert fourth.why[0].startswith("last time: not scored yet")


def test_what_was_taken_back_is_no_difference(written: WrittenClass) -> None:
    republish(written.out, None, lambda event: None)
    decide(written, (0, DERIVATION, What.POINTS, 3.0))
    decide(written, (0, DERIVATION, What.POINTS, 2.0))
    assert differences(written)[written.ids[0]].kind is Kind.SAME


def test_lateness_that_is_excused_says_so(written: WrittenClass) -> None:
    republish(written.out, None, lambda event: None, partial=True)
    decide(written, (3, "", What.EXCUSE, Override(None, "ill")))
    row = differences(written, partial=True)[written.ids[3]]
    assert (row.kind, row.before, row.now, row.why) == (
        Kind.CHANGED, 4.5, 5.0, ("lateness excused (Ada: ill)",),
    )  # fmt: skip


def test_a_regrading_a_mark_that_is_withdrawn_and_who_is_gone(written: WrittenClass) -> None:
    republish(written.out, None, lambda event: None)
    file = results_file(written.out, written.ids[0])
    grade = read_results(file)
    median, counter = grade.questions
    right = replace(read_results(results_file(written.out, written.ids[1])).questions[0], name="median")
    write_results(written.out, replace(grade, questions=(right, counter)))
    decide(written, (1, DERIVATION, What.POINTS, None))
    data = json.loads((written.out / RUN_FILE).read_text())
    data["people"] = [one for one in data["people"] if one[0] != written.ids[2]]
    (written.out / RUN_FILE).write_text(json.dumps(data))
    rows = differences(written)
    assert rows[written.ids[0]].why == ("Median: 0 → 2 (graded again)",)
    withdrawn, gone = rows[written.ids[1]], rows[written.ids[2]]
    assert (withdrawn.kind, withdrawn.before, withdrawn.now) == (Kind.CHANGED, 8.0, None)
    assert (gone.kind, gone.before, gone.student) == (Kind.GONE, 8.0, "Student 002")
    assert median.points == 0


def test_whom_the_lms_refused_last_time_stays_held_back(written: WrittenClass, tmp_path: Path) -> None:
    sheet = tmp_path / "worksheet.csv"
    head, first, *others = sheet.read_text().splitlines(keepends=True)
    sheet.write_text("".join([head, first.replace(",Yes,", ",No,"), *others]))
    republish(written.out, None, lambda event: None)
    row = differences(written)[written.ids[0]]
    assert (row.kind, row.why) == (Kind.HELD, ("last time: Moodle has locked the mark",))


# The page


def test_the_page_says_what_is_missing_and_writes(written: WrittenClass) -> None:
    asker = opened(Desk(written.out))
    page = asker.get("/publish")
    assert "Score what waits, then write the files." in page.text
    assert 'href="/score/derivation">Score Exercise 1: the derivation</a> <span>1 answer waits' in page.text
    assert ATTACK not in page.text
    assert "&lt;script&gt;" in page.text
    assert not (written.out / "lms").exists()  # looking changes nothing

    done = publish(asker)
    assert (done.status, done.headers["location"]) == (303, "/publish?since=before")
    until_written(asker)
    page = asker.get("/publish")
    assert (written.out / "lms" / "UPLOAD.md").is_file()
    assert "<dt>marks</dt><dd>3</dd>" in page.text
    assert "<dd>5</dd>" in page.text
    assert "<h3>Moodle: Words and derivations</h3>" in page.text
    assert "the files have everything else" in page.text
    assert ATTACK not in page.text
    assert kept(written.out)[0].by == "Ada"
    with zipfile.ZipFile(io.BytesIO(asker.get("/publish/what-goes-back.zip").body)) as archive:
        assert archive.namelist() == ["UPLOAD.md", "moodle_feedback.zip", "moodle_grades.csv", "grades.csv"]


def test_a_large_class_is_listed_in_part_until_somebody_asks_for_all(
    written: WrittenClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish_page, "MOST_ROWS", 2)
    asker = opened(Desk(written.out))
    page = asker.get("/publish").text
    assert page.count('<th scope="row">') == 2
    assert "Show all 5</a>" in page
    assert asker.get("/publish?all=yes").text.count('<th scope="row">') == 5
    odd = asker.get("/publish?show=%22%3E%3Cscript%3E&all=no")
    assert "Nobody." in odd.text
    assert '"><script>' not in odd.text


def test_marks_in_part_go_back_only_where_the_box_says_so(written: WrittenClass) -> None:
    asker = opened(Desk(written.out))
    assert "checked" not in asker.get("/publish").text
    publish(asker, partial="yes")
    until_written(asker)
    assert kept(written.out)[0].marks == 4
    assert "checked" in asker.get("/publish").text
    assert "checked" not in asker.get("/publish?partial=no").text
    publish(asker)
    until_written(asker)
    assert kept(written.out)[0].marks == 3


def test_a_second_click_writes_nothing_twice(written: WrittenClass) -> None:
    asker = opened(Desk(written.out))
    sent = form(asker.get("/publish"))
    asker.post("/publish", sent)
    until_written(asker)
    first = (written.out / FILE).read_bytes()
    again = asker.post("/publish", sent)
    assert (again.status, again.headers["location"]) == (303, "/publish")
    until_written(asker)
    assert (written.out / FILE).read_bytes() == first


def test_what_was_decided_since_the_page_was_opened_is_shown_before_anything_is_written(
    written: WrittenClass,
) -> None:
    asker = opened(Desk(written.out))
    sent = form(asker.get("/publish"))
    decide(written, (3, DERIVATION, What.POINTS, 3.0), who="Ben")
    refused = asker.post("/publish", sent)
    assert refused.status == 409
    assert "Ben decided 1 thing about &lt;script&gt;alert(1)&lt;/script&gt;" in refused.text
    assert not (written.out / "lms").exists()
    assert asker.post("/publish", form(refused)).status == 303
    until_written(asker)
    assert (written.out / "lms").exists()


@pytest.mark.parametrize("seen", ["", "-1", "x", "9" * 5000, "²"])
def test_a_form_without_a_right_number_writes_nothing(written: WrittenClass, seen: str) -> None:
    asker = opened(Desk(written.out))
    assert asker.post("/publish", [("seen", seen), ("written", "")]).status == 409
    assert asker.post("/publish", [("seen", "1" * 20_000)]).status == 413
    assert not (written.out / "lms").exists()


def test_why_nothing_could_be_written_stands_on_the_page(written: WrittenClass) -> None:
    asker = opened(Desk(written.out))
    with locked(written.out):
        publish(asker)
        until_written(asker)
    page = asker.get("/publish")
    assert "The files could not be written" in page.text
    assert "writes there" in page.text
    results_file(written.out, written.ids[0]).unlink()
    publish(asker)
    until_written(asker)
    assert "run autograder grade first: 1 submission is new (Student 000)" in asker.get("/publish").text


@pytest.mark.parametrize(
    "name",
    ["..%2fjournal.sqlite3", "journal.sqlite3", "%2e%2e", ".autograder", "lms", "%2fetc%2fpasswd", "x.tmp"],
)
def test_no_other_file_is_handed_out(written: WrittenClass, name: str) -> None:
    republish(written.out, None, lambda event: None)
    asker = opened(Desk(written.out))
    assert asker.get(f"/publish/files/{name}").status == 404
    page = asker.get("/publish/files/UPLOAD.md")
    assert page.status == 200
    assert page.headers["content-disposition"].startswith("attachment")


def test_doubts_about_the_list_of_the_class_stand_before_the_button(
    written: WrittenClass, tmp_path: Path
) -> None:
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(sheet.read_text().replace(",10.00,", ",8.00,"))
    desk = Desk(written.out)
    with uploads(desk.run, desk.out, desk.lab) as files:
        files.submission("", 10.0)
        page = opened(desk, files).get("/publish")
    assert "Moodle&#39;s maximum is 8 points, the lab&#39;s 10" in page.text


def test_a_class_without_an_lms_is_told_what_there_is(written: WrittenClass, tmp_path: Path) -> None:
    data = json.loads((written.out / RUN_FILE).read_text())
    folder = tmp_path / "plain"
    with zipfile.ZipFile(written.handed_in) as archive:
        for name in archive.namelist():
            at = int(name.split("_")[1]) - 1
            target = folder / f"s{at}" / "words.ipynb"
            target.parent.mkdir(parents=True)
            target.write_bytes(archive.read(name))
    (written.out / RUN_FILE).write_text(json.dumps(data | {"paths": [str(folder)], "worksheet": ""}))
    desk = Desk(written.out)
    with uploads(desk.run, desk.out, desk.lab) as files:
        files.submission("", 10.0)
        found = files.found.submissions
    for one in found:
        grade = read_results(results_file(written.out, written.ids[int(one.source.split("/")[0][1:])]))
        write_results(written.out, replace(grade, submission=replace(one, file=None)))
    data["people"] = [[one.id, one.student, ""] for one in found]
    (written.out / RUN_FILE).write_text(json.dumps(data | {"paths": [str(folder)], "worksheet": ""}))
    republish(written.out, None, lambda event: None)
    asker = opened(Desk(written.out))
    page = asker.get("/publish")
    assert "These submissions come from no LMS" in page.text
    assert kept(written.out)[0].marks is None
    with zipfile.ZipFile(io.BytesIO(asker.get("/publish/what-goes-back.zip").body)) as archive:
        assert archive.namelist()[0] == "grades.csv"
        assert len(archive.namelist()) == 1 + len(found)
