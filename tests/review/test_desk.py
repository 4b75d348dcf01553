"""The class at hand is the class as it is now, whoever changes it meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import AutograderError
from autograder.model import Submission
from autograder.review.desk import Desk
from autograder.store.journal import Journal
from autograder.store.records import Decision, Stale, Subject, What
from autograder.store.results import read_results, results_file, write_results
from autograder.store.run import before, remember
from tests.review.asking import Asker, opened
from tests.review.classes import DERIVATION, WrittenClass, students, write_class


@pytest.fixture
def written(tmp_path: Path) -> WrittenClass:
    return write_class(tmp_path, students(4))


def item(id: str, code: str, points: float | None) -> Decision:
    return Decision(Subject(id, DERIVATION, What.ITEM, code), points)


def test_what_another_program_decides_is_there_at_once(written: WrittenClass) -> None:
    desk, other, id = Desk(written.out), Journal(written.out), written.ids[0]
    seen = desk.now().state.last
    other.append_all([item(id, code, 1.0) for code in ("h_last", "c", "V")], "Ben", seen)
    assert desk.now().grades[id].manual[0].points == 3.0

    refused = desk.decide([item(id, "c", 0.0)], "Ada", seen)
    assert isinstance(refused, Stale)
    assert (refused.newest.who, refused.newest.after) == ("Ben", 1.0)
    assert desk.now().grades[id].manual[0].points == 3.0
    assert not isinstance(desk.decide([item(id, "c", 0.0)], "Ada", desk.now().state.last), Stale)
    assert desk.now().grades[id].manual[0].points == 2.0


def test_what_is_graded_beside_the_pages_is_there_at_once(written: WrittenClass) -> None:
    desk, (third, first, second, last) = Desk(written.out), written.ids
    before_it = desk.now().grades[first].score
    file = results_file(written.out, first)
    grade = read_results(file)
    write_results(written.out, replace(grade, questions=grade.questions[1:]))
    assert desk.now().grades[first].score < before_it

    results_file(written.out, second).write_text("{")  # as no run leaves it
    results_file(written.out, third).unlink()
    assert [*desk.now().grades] == [first, last]


def test_who_is_added_by_a_run_is_in_the_class(written: WrittenClass) -> None:
    desk = Desk(written.out)
    earlier = before(written.out)
    assert earlier is not None
    grade = read_results(results_file(written.out, written.ids[0]))
    newcomer = Submission("new", "new.ipynb", "New")
    write_results(written.out, replace(grade, submission=newcomer))
    assert "new" not in desk.now().grades
    people = [Submission(one.id, "", one.student, one.lms_id) for one in earlier.people]
    remember(written.out, earlier.run, [newcomer, *people], written.lab)
    assert [*desk.now().grades] == ["new", *written.ids]


def test_nobody_meets_half_of_a_result(written: WrittenClass) -> None:
    """A run replaces results while pages are asked for: each page has all of the class."""
    desk, grades = Desk(written.out), [read_results(results_file(written.out, id)) for id in written.ids]
    stop, found = threading.Event(), []

    def rewrite() -> None:
        at = 0
        while not stop.is_set():
            at += 1
            write_results(written.out, replace(grades[at % 4], seconds=float(at)))

    def look() -> None:
        for _ in range(40):
            found.append(len(desk.now().grades))

    writer, readers = threading.Thread(target=rewrite), [threading.Thread(target=look) for _ in range(3)]
    for one in (writer, *readers):
        one.start()
    for one in readers:
        one.join()
    stop.set()
    writer.join()
    assert found == [4] * 120


def remove_run(written: WrittenClass) -> None:
    (written.out / ".autograder" / "run.json").unlink()


def break_journal(written: WrittenClass) -> None:
    (written.out / "journal.sqlite3").write_bytes(b"no journal")


def empty_results(written: WrittenClass) -> None:
    for file in (written.out / "results").iterdir():
        file.unlink()


@pytest.mark.parametrize("harm", [remove_run, break_journal, empty_results])
def test_a_folder_that_breaks_under_an_open_page_is_said_and_not_a_crash(
    written: WrittenClass, harm: Callable[[WrittenClass], None]
) -> None:
    asker: Asker = opened(Desk(written.out))
    assert asker.get("/").status == 200
    harm(written)
    for path in (
        "/",
        f"/score/{DERIVATION}",
        f"/student/{written.ids[0]}",
        "/publish",
        f"/rubric/{DERIVATION}",
    ):
        answer = asker.get(path)
        assert answer.status in (200, 303, 404, 500)
        assert "Traceback" not in answer.text
        if answer.status == 500:
            assert "Something is wrong" in answer.text


def test_a_folder_in_which_nothing_was_graded_is_named(tmp_path: Path) -> None:
    with pytest.raises(AutograderError, match="nothing was graded there"):
        Desk(tmp_path)
