"""From points to the mark: lateness, rounding, what a person scored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.config.schema import Late, ManualQuestion, Rounding
from autograder.errors import UsageError
from autograder.lms.model import Person
from autograder.marks import penalty, rounded, with_mark
from autograder.model import AnswerState, CaseResult, Grade, Outcome, QuestionResult, Status, Submission
from autograder.model import ManualQuestion as Answer
from autograder.store.manual import ManualMarks
from autograder.submissions.lateness import with_lateness
from tests.conftest import entry_of

DAY = 86_400.0
POLICY = Late(grace_minutes=15, percent_per_day=10, most_percent=50, cut_off_days=7)


def graded(points: float = 6.0, possible: float = 8.0, late_seconds: float | None = None) -> Grade:
    case = CaseResult("c", Outcome.PASSED, points, possible, hidden=True)
    submission = Submission("s", "s.ipynb", "S", late_seconds=late_seconds)
    return Grade(
        submission,
        Status.GRADED,
        questions=(QuestionResult("q", "Q", (case,)),),
        manual=(Answer("essay", "E", 2, state=AnswerState.PLACEHOLDER),),
    )


@pytest.mark.parametrize(
    ("seconds", "lost"),
    [
        (None, 0), (0, 0), (-60, 0), (900, 0),  # in time, or within the grace
        (901, 0.8), (DAY, 0.8), (DAY + 1, 1.6), (3 * DAY, 2.4),  # of the 8 points that can be earned
        (6 * DAY, 4.0), (7 * DAY, 4.0), (7 * DAY + 1, 6.0),  # no more than half; then nothing counts
    ],
)  # fmt: skip
def test_what_lateness_costs(seconds: float | None, lost: float) -> None:
    assert penalty(6.0, 8.0, None, seconds, POLICY).points == pytest.approx(lost)


def test_a_penalty_says_why() -> None:
    assert penalty(6, 8, None, 2 * DAY, POLICY).reason == (
        "2 d late: 20 % of the points that can be earned, 2 days begun"
    )
    assert penalty(6, 8, None, 60, POLICY).reason == "1 min late, within the grace of 15 min"
    assert penalty(6, 8, None, 8 * DAY, POLICY).reason == "8 d late: after 7 days nothing counts"
    assert penalty(6, 8, True, None, POLICY).reason == "late, by an unknown time: nothing was taken off"


def test_a_penalty_may_be_of_the_points_earned_and_never_exceeds_them() -> None:
    assert penalty(6, 8, None, DAY, Late(percent_per_day=50, of="score")).points == 3
    assert penalty(1, 8, None, DAY, Late(percent_per_day=50)).points == 1


@pytest.mark.parametrize(
    ("points", "step", "mark"),
    [
        (7.125, 0.25, 7.25),
        (7.12, 0.25, 7.0),
        (7.5, 1, 8),
        (2 / 3, 0.01, 0.67),
        (-1, 0.5, 0),
        (0.5 * 3, 0.5, 1.5),
    ],
)
def test_rounding_goes_to_the_nearest_step_and_halves_go_up(points: float, step: float, mark: float) -> None:
    assert rounded(points, Rounding(step=step)) == pytest.approx(mark)


def test_the_raw_score_stays_beside_the_mark() -> None:
    late = with_mark(graded(late_seconds=2 * DAY), POLICY, Rounding(step=0.5))
    assert (late.score, late.mark) == (6, 4.5)
    again = with_mark(late, None, Rounding())
    assert (again.score, again.mark, again.penalty) == (6, 6, "")


def test_what_a_person_scored_counts_from_then_on() -> None:
    before = with_mark(graded(), None, Rounding())
    assert (before.score, before.max_score, before.mark) == (6, 8, 6)
    after = with_mark(before, None, Rounding(), {"essay": 1.5})
    assert (after.score, after.max_score, after.mark) == (7.5, 10, 7.5)
    assert with_mark(after, None, Rounding()).score == 6


def test_what_could_not_be_graded_has_no_mark() -> None:
    refused = Grade(Submission("s", "s", "s", late_seconds=DAY), Status.NOT_GRADABLE, reason="no")
    assert with_mark(refused, POLICY, Rounding(), {"essay": 2}).mark is None


# When it came


@pytest.mark.parametrize(
    ("submitted", "seconds"),
    [
        ("2026-11-22T23:59:00", 0),  # Berlin, as configured
        ("2026-11-23T00:00:13", 73),
        ("2026-11-22T22:59:30+00:00", 30),
        ("2026-11-22T17:59:00-05:00", 0),
    ],
)
def test_times_have_zones(submitted: str, seconds: float) -> None:
    late = Late(deadline="2026-11-22T23:59:00+01:00", time_zone="Europe/Berlin")
    one = with_lateness(Submission("s", "s", "s", submitted=submitted), None, late)
    assert (one.late_seconds, one.late) == (seconds, seconds > 0)


def test_the_export_comes_before_the_worksheet_and_that_before_the_deadline() -> None:
    late = Late(deadline="2026-11-22T23:59:00+01:00")
    person = Person("1", "A", late_seconds=5.0, late=True)
    submitted = Submission("s", "s", "s", submitted="2026-11-22T23:59:00")
    assert with_lateness(Submission("s", "s", "s", late_seconds=7.0), person, late).late_seconds == 7
    assert with_lateness(submitted, person, late).late_seconds == 5
    assert with_lateness(submitted, Person("1", "A", late_seconds=None), None).late_seconds is None


# manual.csv

ESSAY = ManualQuestion(name="essay", title="Essay", points=2)


def filled(tmp_path: Path, text: str | bytes, *here: str) -> ManualMarks:
    """The file with this text, in a class of these people (by default one)."""
    (tmp_path / "manual.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return ManualMarks(tmp_path, [ESSAY], [Submission(one, f"{one}.ipynb", one) for one in here or ("s",)])


def test_the_file_to_fill_in_has_a_row_for_each_and_keeps_what_is_in_it(tmp_path: Path) -> None:
    ManualMarks(tmp_path, [ESSAY], [graded().submission]).write([entry_of(graded())])
    file = tmp_path / "manual.csv"
    head = "id,submission,student,lms_id,essay"
    assert file.read_bytes().decode() == (
        f"\ufeff{head},essay: answer\ns,s.ipynb,S,,,placeholder unchanged\n"
    )
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "gone.json").touch()
    marks = filled(tmp_path, f"{head},remark\ngone,g,G,,1,kept\ns,s.ipynb,S,,,\n")
    assert (marks.of("gone"), marks.of("s"), marks.of("nobody")) == ({"essay": 1.0}, {}, {})
    assert marks.gone == ("G",)
    marks.write([entry_of(graded())])
    assert file.read_text() == (
        f"\ufeff{head},remark,essay: answer\ngone,g,G,,1,kept,\ns,s.ipynb,S,,,,placeholder unchanged\n"
    )


def test_who_is_not_gradable_has_a_row_too_and_what_is_found_is_kept_up_to_date(tmp_path: Path) -> None:
    submission = Submission("s", "s.ipynb", "S", pictures=("=page(1).jpg",))
    refused = Grade(submission, Status.NOT_GRADABLE, "damaged")
    ManualMarks(tmp_path, [ESSAY], [submission]).write([entry_of(refused)])
    file = tmp_path / "manual.csv"
    first = "s,s.ipynb,S,,,the notebook could not be read; beside the notebook: =page(1).jpg\n"
    assert file.read_text().splitlines(keepends=True)[1] == first
    file.write_text(file.read_text().replace("S,,,", "S,,1.5,"))
    answer = Answer("essay", "E", 2, "mine", state=AnswerState.FOUND, pictures=("a.png",))
    marks = ManualMarks(tmp_path, [ESSAY], [submission])
    marks.write([entry_of(replace(graded(), manual=(answer,)))])
    assert file.read_text().splitlines()[1] == "s,s.ipynb,S,,1.5,found; a.png"


@pytest.mark.parametrize(
    "text",
    [
        "id;essay\ns;1,5\n",
        "\ufeffid,essay\ns,1.5\n",
        "essay,id\r\n 1.5 ,s\r\n",
        'id,essay\ns,"1,5"\n',
        " ID ; Essay \r\n s ;1,5\r\n;;\r\n",
        "sep=;\r\nid;essay\r\ns;1,5\r\n",
        "id;student;essay\r\ns;Jörg Groß;1,5\r\n".encode("cp1252"),
        "id\tstudent\tessay\r\ns\tJörg\t1,5\r\n".encode("utf-16"),
        b"\xfe\xff" + "id;essay\r\ns;1,5\r\n".encode("utf-16-be"),
    ],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, text: str | bytes) -> None:
    assert filled(tmp_path, text).of("s") == {"essay": 1.5}


def test_a_file_keeps_its_delimiter_and_the_names_in_it(tmp_path: Path) -> None:
    marks = filled(tmp_path, "id;submission;student;lms_id;essay\r\ns;s.ipynb;Jörg;;1,5\r\n".encode("cp1252"))
    marks.write([entry_of(graded())])
    written = (tmp_path / "manual.csv").read_text(encoding="utf-8-sig")
    assert written == (
        "id;submission;student;lms_id;essay;essay: answer\ns;s.ipynb;Jörg;;1,5;placeholder unchanged\n"
    )
    ManualMarks(tmp_path, [ESSAY], [graded().submission]).write([entry_of(graded())])
    assert (tmp_path / "manual.csv").read_text(encoding="utf-8-sig") == written


@pytest.mark.parametrize("cell", ["2.5", "-1", "nan", "inf", "two", "1e999"])
def test_what_is_no_number_of_points_is_named_with_its_place(tmp_path: Path, cell: str) -> None:
    with pytest.raises(UsageError, match=r"manual\.csv:2: Jane: essay: expected points from 0 to 2"):
        filled(tmp_path, f"id,student,essay\ns,Jane,{cell}\n")


def test_all_that_is_wrong_is_said_at_once_with_names_and_lines(tmp_path: Path) -> None:
    text = 'id,student,essay\ns,Ann,3\nt,"B\nen",1,5\ns,Ann,1\nu,Cem,1\nx-1,Eve,1\n,sum,2\n'
    with pytest.raises(UsageError) as raised:
        filled(tmp_path, text, "s", "t", "u")
    file = tmp_path / "manual.csv"
    assert str(raised.value).split("\n") == [
        f"{file}:2: Ann: essay: expected points from 0 to 2, or nothing; found '3'",
        f'{file}:3: B en: 4 cells, but the table has 3 columns; a comma in a number needs quotes ("1,5")',
        f"{file}:5: Ann: the second row with this id, after line 2: delete one",
        f"{file}:7: Eve: no submission has the id 'x-1'; write the id as it was, or delete the row",
        f"{file}:8: sum: no submission has the id ''; write the id as it was, or delete the row",
    ]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("id,Points", "no column is called essay; found 'Points' instead"),
        ("Kennung,essay", "no column is called id; expected a table with the columns id, submission"),
        ("id,essay,Essay", "several columns are called essay: keep one of each"),
    ],
)
def test_a_column_with_another_name_is_named(tmp_path: Path, header: str, says: str) -> None:
    with pytest.raises(UsageError) as raised:
        filled(tmp_path, f"{header}\ns,1,1\n")
    assert f"manual.csv:1: {says}" in str(raised.value)


def test_a_question_that_the_configuration_got_since_has_no_column_yet(tmp_path: Path) -> None:
    marks = filled(tmp_path, "id,submission,student,lms_id\ns,s.ipynb,S,\n")
    assert marks.of("s") == {}
    marks.write([entry_of(graded())])
    assert (
        (tmp_path / "manual.csv")
        .read_text(encoding="utf-8-sig")
        .startswith("id,submission,student,lms_id,essay,essay: answer\n")
    )
    other = ManualQuestion(name="poem", title="Poem", points=1)
    assert ManualMarks(tmp_path, [ESSAY, other], [graded().submission]).of("s") == {}
