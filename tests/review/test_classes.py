"""The class that the tests of the pages work on is one that a run could have written."""

from __future__ import annotations

from pathlib import Path

from autograder.model import AnswerState, Status
from autograder.review.desk import Desk
from autograder.review.handed_in import opened
from tests.review.classes import DERIVATION, LAST_STEP, Student, students, write_class


def test_a_class_is_what_a_run_leaves(tmp_path: Path) -> None:
    awkward = [
        Student("<script>alert(1)</script>", even=False, late=60.0),
        Student("../../etc/passwd", {DERIVATION: "", LAST_STEP: "Because."}),
        Student('\u202enaomi & "Co"', problem="not a notebook", attachments={"a.png": b"\x89PNG"}),
    ]
    written = write_class(tmp_path, [*awkward, *students(8)])
    desk = Desk(written.out)
    now = desk.now()

    assert [*now.grades] == [*written.ids]
    assert [one.submission.student for one in now.grades.values()][:3] == [one.name for one in awkward]
    first, second, third, *others = now.grades.values()
    assert (first.score, first.max_score, first.mark) == (3.0, 5.0, 2.5)  # 10 % of 5 for a day
    assert second.manual[0].state is AnswerState.MISSING
    assert second.manual[1].answer == "Because."
    assert third.status is Status.NOT_GRADABLE
    assert [one.manual[0].state for one in others].count(AnswerState.PLACEHOLDER) == 1
    assert [*desk.solutions] == [DERIVATION, LAST_STEP]
    with opened(desk.run, written.out, desk.lab) as files:
        assert files.submission(first.submission.id, 10.0).file.is_file()
    assert (written.out / "executed" / f"{written.ids[0]}.ipynb").is_file()
