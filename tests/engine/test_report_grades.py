"""grades.csv: the columns that other tools parse, and no cell that a spreadsheet computes."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from autograder.model import (
    AnswerState,
    CaseResult,
    Grade,
    ManualQuestion,
    Outcome,
    Override,
    QuestionResult,
    Status,
    Submission,
)
from autograder.report.grades import write_grades
from tests.conftest import entry_of

HEADER = "submission,student,lms_id,late,score,max_score,status,split,grad_w,derivation,flags,seconds"


def question(name: str, points: float, possible: float, outcome: Outcome = Outcome.PASSED) -> QuestionResult:
    return QuestionResult(name, name.title(), (CaseResult("values", outcome, points, possible, hidden=True),))


GRADED = Grade(
    Submission("a", "class/Müller, Änne.ipynb", "Änne Müller", "1234", late_seconds=7500.0),
    Status.GRADED,
    questions=(question("split", 1, 1), question("grad_w", 2.00000000012, 3)),
    flags=("autograd in _compute_grad_w", "two notebooks"),
    limits_hit=("cell time 120 s",),
    seconds=7.123456,
)
REFUSED = Grade(
    Submission("b", "b.ipynb", "b", problem="no notebook"),
    Status.NOT_GRADABLE,
    reason="no notebook",
    seconds=0.01,
    questions=(question("split", 1, 1),),
)


def rows_of(tmp_path: Path, *grades: Grade) -> list[dict[str, str]]:
    path = tmp_path / "grades.csv"
    write_grades(path, map(entry_of, grades), ["split", "grad_w"], ["derivation"])
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_the_file_is_utf8_with_the_agreed_header(tmp_path: Path) -> None:
    rows_of(tmp_path, GRADED)
    raw = (tmp_path / "grades.csv").read_bytes()
    assert raw.decode("utf-8").splitlines()[0] == HEADER
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw


def test_a_graded_row(tmp_path: Path) -> None:
    assert rows_of(tmp_path, GRADED) == [
        {
            "submission": "class/Müller, Änne.ipynb",
            "student": "Änne Müller",
            "lms_id": "1234",
            "late": "7500",
            "score": "3",
            "max_score": "4",
            "status": "graded",
            "split": "1",
            "grad_w": "2",
            "derivation": "",
            "flags": "cell time 120 s; autograd in _compute_grad_w; two notebooks",
            "seconds": "7.1235",
        }
    ]


def test_an_ungradable_row_has_a_reason_and_no_marks(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, REFUSED)
    assert row["status"] == "not_gradable"
    assert row["flags"] == "no notebook"
    assert {
        row[name] for name in ("score", "max_score", "split", "grad_w", "derivation", "late", "lms_id")
    } == {""}


def test_a_question_without_a_verdict_is_empty_and_named(tmp_path: Path) -> None:
    unchecked = question("grad_w", 0, 3, Outcome.NOT_CHECKED)
    (row,) = rows_of(tmp_path, replace(GRADED, questions=(question("split", 1, 1), unchecked)))
    assert row["grad_w"] == ""
    assert row["flags"].startswith("not checked: grad_w; ")


def test_one_row_per_submission_in_the_given_order(tmp_path: Path) -> None:
    grades = [GRADED, REFUSED] * 150
    rows = rows_of(tmp_path, *grades)
    assert [row["submission"] for row in rows] == [grade.submission.source for grade in grades]


def test_a_class_of_nobody_is_a_header(tmp_path: Path) -> None:
    assert rows_of(tmp_path) == []


def test_attacks_stay_text_in_one_row(tmp_path: Path) -> None:
    attacks = (
        '=HYPERLINK("http://x","a")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        'quote",=1\n=2',
        "\x1b[31mred",
        "\u202eevil",
        "lone\ud800",
        "nul\0",
        "x" * 1_000_000,
        "a;=1",
    )
    grades = [
        replace(GRADED, submission=Submission("a", text, text, text, None), flags=(text, *attacks))
        for text in attacks
    ]
    rows = rows_of(tmp_path, *grades)
    assert len(rows) == len(attacks)
    for row in rows:
        assert None not in row
        for name in ("submission", "student", "lms_id", "flags"):
            assert row[name].isprintable()
            assert len(row[name]) < 32_767
            for part in row[name].split(";"):
                assert not part.strip().startswith(("=", "+", "-", "@"))


def test_a_missing_answer_in_words_is_a_remark_until_somebody_has_scored_it(tmp_path: Path) -> None:
    missing = ManualQuestion("derivation", "Derivation", 7, state=AnswerState.MISSING)
    untouched = replace(missing, name="essay", state=AnswerState.PLACEHOLDER)
    answered = replace(missing, name="third", state=AnswerState.FOUND)
    plain = replace(GRADED, flags=(), limits_hit=(), manual=(missing, untouched, answered))
    scored = replace(plain, manual=tuple(replace(one, points=0.0) for one in plain.manual))
    refused = replace(REFUSED, manual=plain.manual)
    assert [row["flags"] for row in rows_of(tmp_path, plain, scored, refused)] == [
        "derivation: no answer found; essay: placeholder unchanged",
        "",
        "no notebook",
    ]


def test_what_the_course_team_changed_has_a_column_where_there_is_any(tmp_path: Path) -> None:
    changed = replace(
        GRADED,
        questions=(
            replace(GRADED.questions[0], override=Override(0.5, "=1+1", instead=1.0)),
            GRADED.questions[1],
        ),
        manual=(ManualQuestion("derivation", "D", 7, points=7.0, override=Override(7.0, "on paper")),),
        excused=Override(None, "ill"),
    )
    first, second = rows_of(tmp_path, changed, REFUSED)
    assert list(first)[-3:] == ["changed", "flags", "seconds"]
    assert first["changed"] == (
        "split: 0.5 instead of 1: =1+1; derivation: 7: on paper; lateness excused: ill"
    )
    assert (first["split"], first["score"], second["changed"]) == ("0.5", "9.5", "")
