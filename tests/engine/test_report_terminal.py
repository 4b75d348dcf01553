"""The terminal: one plain line per submission, a table at the end, no control sequence of a student."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from autograder.model import CaseResult, Grade, ManualQuestion, Outcome, QuestionResult, Status, Submission
from autograder.report.class_summary import summarise
from autograder.report.terminal import line, summary
from tests.conftest import entry_of

GRADED = Grade(
    Submission("a", "a.ipynb", "Änne Müller"),
    Status.GRADED,
    questions=tuple(
        QuestionResult(name, name, (CaseResult("values", outcome, points, 2, hidden=True),))
        for name, outcome, points in (
            ("split", Outcome.PASSED, 2),
            ("forward", Outcome.PASSED, 1),
            ("grad_w", Outcome.FAILED, 0),
            ("loss", Outcome.NOT_CHECKED, 0),
        )
    ),
    flags=("autograd", "two notebooks", "third"),
    seconds=7.62,
)
REFUSED = Grade(Submission("b", "b.ipynb", "Bo"), Status.NOT_GRADABLE, reason="a Word document", seconds=0.01)
HOSTILE = "[red]x[/nonsense] :smile: \x1b[2J\x1b]0;t\x07\n\r\u202eevil\ud800" + "y" * 100_000


def shown(*grades: Grade, terminal: bool = False, width: int = 120, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(
        file=stream, force_terminal=terminal, width=width, color_system="standard" if terminal else None
    )
    names = list(dict.fromkeys(question.name for grade in grades for question in grade.questions))
    entries = list(map(entry_of, grades))
    summary(entries, summarise(entries, names), Path("out"), console)
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_a_line_says_status_score_name_remarks_and_seconds() -> None:
    assert (
        line(GRADED) == "graded            3/8  Änne Müller  [not checked: loss; autograd] (+2 more)  7.6 s"
    )
    assert line(REFUSED) == "not_gradable        -  Bo  [a Word document]  0.0 s"
    assert (
        line(replace(GRADED, questions=GRADED.questions[:2], flags=()))
        == "graded            3/4  Änne Müller  7.6 s"
    )


def test_a_hostile_submission_gets_one_short_printable_line() -> None:
    text = line(replace(GRADED, submission=Submission("x", HOSTILE, HOSTILE), flags=(HOSTILE,)))
    assert text.isprintable()
    assert len(text) < 300
    text.encode("utf-8")


def test_the_summary_shows_each_question_the_totals_and_the_report() -> None:
    text = shown(GRADED, REFUSED)
    for words in (
        "Änne Müller",
        "3/8",
        "●◐○?",
        "not gradable",
        "a Word document",
        "1 graded, 1 not gradable",
    ):
        assert words in text
    assert text.rstrip().endswith(f"report: {Path('out') / 'index.html'}")


def test_a_half_scored_class_says_so_and_mixes_no_maxima() -> None:
    waiting = replace(GRADED, manual=(ManualQuestion("essay", "Essay", 2),))
    scored = replace(
        waiting, submission=Submission("c", "c", "C"), manual=(ManualQuestion("essay", "Essay", 2, points=2),)
    )
    text = shown(waiting, scored)
    assert "mean 3, median 3, from 3 to 3 of 8 points for 1 of them; mean 5," in text
    assert (
        "half scored: 1 of 2 wait for a person's points: score them in the browser with `autograder review out`, "
        "or fill in out/manual.csv and run the same command again" in text
    )
    assert "half scored" not in shown(waiting)
    assert "1 of 1 waits for a person's points" in shown(waiting)
    assert "person" not in shown(scored)


def test_what_is_too_long_loses_the_middle_of_its_paths_not_the_end_of_its_sentences() -> None:
    where = (
        "Doe_Jane_4711_assignsubmission_file/"
        + "very long folder of hers/".replace(" ", "_") * 4
        + "rnn_lab.ipynb"
    )
    reason = f"2 notebooks ({where}), and nothing tells which is meant"
    refused = replace(REFUSED, reason=reason)
    assert "rnn_lab.ipynb), and nothing tells which is meant]" in line(refused)
    assert len(line(refused)) < 160
    for width in (120, 140):
        text = shown(refused, width=width)
        rows = [row.split("│")[3].strip() for row in text.splitlines() if row.count("│") == 4]
        assert "and nothing tells which is meant" in " ".join(rows)  # wrapped, not cut
        assert rows[0].startswith("2 notebooks (")
        assert max(map(len, text.splitlines())) <= width
    assert "rnn_lab.ipynb" in shown(replace(GRADED, submission=Submission("a", where, "")), width=120)


def test_colours_appear_on_terminals_only() -> None:
    assert "\x1b[" in shown(GRADED, terminal=True)
    assert "\x1b" not in shown(GRADED)


def test_marks_stay_readable_at_80_columns_and_in_ascii() -> None:
    assert "●◐○?" in shown(GRADED, REFUSED, width=80)
    plain_name = replace(GRADED, submission=Submission("a", "a.ipynb", "Anne"))
    assert "#+.?" in shown(plain_name, encoding="ascii")


def test_student_text_is_neither_markup_nor_control_sequence() -> None:
    text = shown(
        replace(GRADED, submission=Submission("x", HOSTILE, HOSTILE), flags=(HOSTILE,)),
        terminal=False,
        width=200,
    )
    assert "[red]x[/nonsense] :smile" in text
    hostile = shown(replace(REFUSED, reason=HOSTILE), width=200)
    assert "[red]x[/nonsense] :smile:" in hostile
    assert hostile.replace("\n", "").isprintable()
    assert text.replace("\n", "").isprintable()


def test_an_empty_class_is_no_error() -> None:
    assert "0 graded, 0 not gradable" in shown()


def test_importing_the_report_loads_neither_jinja2_nor_rich_nor_pydantic() -> None:
    code = (
        "import sys, autograder.report.write, autograder.report.terminal;"
        "sys.exit(bool({'jinja2', 'rich', 'pydantic', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
