"""What people decide: the journal, manual.csv and overrides.csv, and what comes of a change on two sides."""

from __future__ import annotations

import csv
import os
import signal
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.config.schema import Config
from autograder.errors import UsageError
from autograder.model import (
    AnswerState,
    CaseResult,
    Grade,
    Outcome,
    Override,
    QuestionResult,
    Status,
    Submission,
)
from autograder.model import ManualQuestion as Answer
from autograder.store.by_hand import ByHand
from autograder.store.journal import Journal
from autograder.store.records import Decision, Record, Stale, Subject, Value, What
from autograder.store.results import write_results
from autograder.store.seen import changed_since, looked_at, short_digest
from tests.conftest import entry_of

# manual.csv

ESSAY = {"name": "essay", "title": "Essay", "points": 2}
A, B = ({"code": code, "text": f"${code}^2$", "points": 1} for code in "AB")
ITEMS = ESSAY | {"items": [A, B]}


def by_hand(
    out: Path, *here: str, manual: Sequence[object] = (ESSAY,), pictures: tuple[str, ...] = ()
) -> ByHand:
    """What is in a report's folder, for a class of these people (by default one)."""
    config = Config.model_validate(
        {
            "assignment": {"title": "Toy", "notebook": "toy.ipynb"},
            "tests": "tests",
            "questions": [{"name": "q", "title": "Q", "points": 8}],
            "manual": manual,
        }
    )
    people = [Submission(one, f"{one}.ipynb", one.upper(), pictures=pictures) for one in here or ("s",)]
    return ByHand(out, config, people)


def graded(id: str = "s", **more: object) -> Grade:
    case = CaseResult("c", Outcome.PASSED, 6.0, 8.0, hidden=True)
    answer = Answer("essay", "E", 2, state=AnswerState.PLACEHOLDER)
    grade = Grade(Submission(id, f"{id}.ipynb", id.upper()), Status.GRADED, manual=(answer,))
    return replace(grade, questions=(QuestionResult("q", "Q", (case,)),), **more)


def cells(out: Path, file: str = "manual.csv") -> list[dict[str, str]]:
    """The rows of a table, of our column ``journal`` only the number."""
    text = (out / file).read_text(encoding="utf-8-sig")
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    rows = list(csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    return [row | {"journal": row["journal"].rpartition("-")[2]} for row in rows]


def edit(out: Path, file: str = "manual.csv", student: str = "s", **changed: str) -> None:
    """Change cells of somebody's row; spaces of headings are underscores: ``essay_A`` is ``essay: A``."""
    text = (out / file).read_text(encoding="utf-8-sig")
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
    rows = list(reader)
    for row in rows:
        if row["id"] == student:
            row.update({name.replace("_", ": ", 1): cell for name, cell in changed.items()})
    with (out / file).open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, list(reader.fieldnames or ()), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def run(out: Path, *here: str, **more: object) -> ByHand:
    """What a run does with what people decided; the class is graded in between."""
    found = by_hand(out, *here, **more)
    found.enter()
    found.write([entry_of(graded(one)) for one in here or ("s",)])
    return found


def filled(tmp_path: Path, text: str | bytes, *here: str, **more: object) -> ByHand:
    """The file with this text, in a class of these people (by default one)."""
    (tmp_path / "manual.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return by_hand(tmp_path, *here, **more)


def test_the_file_to_fill_in_has_a_row_for_each_and_keeps_what_is_in_it(tmp_path: Path) -> None:
    run(tmp_path)
    file = tmp_path / "manual.csv"
    head = "id,submission,student,lms_id,essay"
    assert file.read_bytes().decode() == (
        f"\ufeff{head},essay: comment,essay: answer,essay: seen,journal\n"
        f"s,s.ipynb,S,,,,placeholder unchanged,s{short_digest(graded(), 'essay')},\n"
    )
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "gone.json").touch()
    marks = filled(tmp_path, f"{head},remark\ngone,g,G,,1,kept\ns,s.ipynb,S,,,\n")
    assert [marks.of(one).points for one in ("gone", "s", "nobody")] == [{"essay": 1.0}, {}, {}]
    assert marks.notes == ("manual.csv keeps points of G, who are not in the class any more",)
    marks.write([entry_of(graded())])
    text = file.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == f"{head},remark,essay: comment,essay: answer,essay: seen,journal"
    gone, here = cells(tmp_path)
    assert (gone["essay"], gone["remark"], gone["journal"]) == ("1", "kept", "1")
    assert (here["essay"], here["essay: answer"], here["journal"]) == ("", "placeholder unchanged", "")


def test_who_is_not_gradable_has_a_row_too_and_what_is_found_is_kept_up_to_date(tmp_path: Path) -> None:
    submission = Submission("s", "s.ipynb", "S", pictures=("=page(1).jpg",))
    refused = Grade(submission, Status.NOT_GRADABLE, "damaged")
    by_hand(tmp_path, pictures=("=page(1).jpg",)).write([entry_of(refused)])
    (row,) = cells(tmp_path)
    assert row["essay: answer"] == "the notebook could not be read; beside the notebook: =page(1).jpg"
    edit(tmp_path, essay="1.5")
    answer = Answer("essay", "E", 2, "mine", state=AnswerState.FOUND, pictures=("a.png",))
    by_hand(tmp_path).write([entry_of(graded(manual=(answer,)))])
    (row,) = cells(tmp_path)
    assert (row["essay"], row["essay: answer"]) == ("1.5", "found; a.png")


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
    assert filled(tmp_path, text).of("s").points == {"essay": 1.5}


def test_a_file_keeps_its_delimiter_and_the_names_in_it(tmp_path: Path) -> None:
    marks = filled(tmp_path, "id;submission;student;lms_id;essay\r\ns;s.ipynb;Jörg;;1,5\r\n".encode("cp1252"))
    marks.write([entry_of(graded())])
    written = (tmp_path / "manual.csv").read_text(encoding="utf-8-sig")
    assert written.startswith(
        "id;submission;student;lms_id;essay;essay: comment;essay: answer;essay: seen;journal\n"
        f"s;s.ipynb;Jörg;;1,5;;placeholder unchanged;s{short_digest(graded(), 'essay')};j"
    )
    run(tmp_path)
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
    assert marks.of("s").points == {}
    marks.write([entry_of(graded())])
    assert (
        (tmp_path / "manual.csv")
        .read_text(encoding="utf-8-sig")
        .startswith("id,submission,student,lms_id,essay,essay: comment,essay: answer,essay: seen,journal\n")
    )
    other = {"name": "poem", "title": "Poem", "points": 1}
    assert by_hand(tmp_path, manual=[ESSAY, other]).of("s").points == {}


def test_items_add_up_once_each_has_points_and_a_number_may_stand_alone(tmp_path: Path) -> None:
    run(tmp_path, "s", "t", "u", "v", manual=[ITEMS])
    edit(tmp_path, student="s", essay_A="1", essay_B="0,5", essay_comment="Good")
    edit(tmp_path, student="t", essay_A="1")
    edit(tmp_path, student="u", essay="1.5")
    edit(tmp_path, student="v", essay="1", essay_B="1")
    found = run(tmp_path, "s", "t", "u", "v", manual=[ITEMS])
    assert [found.of(one).points for one in "stuv"] == [{"essay": 1.5}, {}, {"essay": 1.5}, {"essay": 1}]
    assert [found.of(one).items["essay"] for one in "stuv"] == [
        {"A": 1, "B": 0.5}, {"A": 1}, {}, {"A": 0, "B": 1}
    ]  # fmt: skip
    assert found.of("s").comments == {"essay": "Good"}
    assert [row["essay: B"] for row in cells(tmp_path)] == ["0,5", "", "", "1"]  # as it was typed


def test_a_number_that_contradicts_its_items_is_named_and_all_that_is_wrong_is_said_at_once(
    tmp_path: Path,
) -> None:
    run(tmp_path, "s", "t", manual=[ITEMS])
    edit(tmp_path, student="s", essay="2", essay_A="1", essay_B="0.5")
    edit(tmp_path, student="t", essay_A="1.5", essay_B="x", essay_comment="y" * 10_001)
    with pytest.raises(UsageError) as raised:
        by_hand(tmp_path, "s", "t", manual=[ITEMS])
    file = tmp_path / "manual.csv"
    assert str(raised.value).split("\n") == [
        f"{file}:3: T: essay: A: expected points from 0 to 1, or nothing; found '1.5'",
        f"{file}:3: T: essay: B: expected points from 0 to 1, or nothing; found 'x'",
        f"{file}:3: T: essay: comment: longer than 10000 characters",
        f"{file}:2: S: essay: 2 points, but its items add up to 1.5: correct one, or leave essay empty and give "
        "points to each item",
    ]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (
            "id,essay,essay: C",
            "the column 'essay: C' is of no item of essay (its items: A, B): give the column",
        ),
        ("id,essay,Essay: a,essay: A", "several columns are called essay: A: keep one of each"),
        ("id,essay,essayA,essay: B", "no column is called essay: A; found 'essayA' instead"),
        (
            "id,essay,essay: A,essay: B,Essay comment",
            "no column is called essay: comment; found 'Essay comment'",
        ),
    ],
)
def test_a_column_of_an_item_that_is_renamed_unknown_or_doubled_is_named(
    tmp_path: Path, header: str, says: str
) -> None:
    with pytest.raises(UsageError) as raised:
        filled(tmp_path, f"{header}\ns,1,1,1\n", manual=[ITEMS])
    assert f"manual.csv:1: {says}" in str(raised.value)


def test_an_older_file_and_columns_of_the_ta_are_no_renamed_ones(tmp_path: Path) -> None:
    found = filled(tmp_path, "id,student,essay,remark\ns,S,1.5,mine\n", manual=[ITEMS])
    assert found.of("s").points == {"essay": 1.5}


@pytest.mark.parametrize(
    "comment",
    ["-1 for the sign", "=HYPERLINK(1)", "two\n- lines; +1", "ünïcode 🙂 ∇ $\\nabla_{h} L$", 'a "b", c'],
)
def test_a_comment_comes_back_as_it_was_and_is_no_formula(tmp_path: Path, comment: str) -> None:
    Journal(tmp_path).append(Decision(Subject("s", "essay", What.COMMENT), comment), "Ada", 0)
    run(tmp_path)
    (row,) = cells(tmp_path)
    assert not row["essay: comment"].startswith(("=", "+", "-", "@"))
    file = tmp_path / "manual.csv"
    file.write_bytes(file.read_bytes().replace(b"\n- ", b"\r\n- "))  # as a spreadsheet saves it
    assert run(tmp_path).of("s").comments == {"essay": comment}
    text = file.read_text(encoding="utf-8-sig")
    file.write_bytes(text.encode("cp1252", "replace"))  # as another one does
    assert run(tmp_path).of("s").comments == {"essay": comment}
    assert comment.split("\n")[0][1:] in file.read_text(encoding="utf-8-sig").replace('""', '"')
    assert Journal(tmp_path).state().last == 1  # nothing was new


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(["manual.csv", "overrides.csv"]),
    st.sampled_from(
        ["", "id,essay,essay: A\n", "id;essay;journal\n", "id,question,points,reason\ns,q,1,why\n"]
    ),
    st.text(alphabet="s,;\t\n\r\"'= late0.5-j_nanq", max_size=80) | st.text(max_size=40),
)
def test_any_table_is_read_or_an_error_that_names_it(tmp_path: Path, file: str, head: str, text: str) -> None:
    (tmp_path / file).write_bytes((head + text).encode("utf-8", "surrogatepass"))
    message = file
    try:
        by_hand(tmp_path, manual=[ITEMS])
    except UsageError as wrong:
        message = str(wrong)
    assert file in message
    (tmp_path / file).unlink()


# The journal

POINTS = Subject("s", "essay", What.POINTS)
CHANGE = Subject("s", "q", What.OVERRIDE)


def test_entering_a_table_writes_the_differences_into_the_journal(tmp_path: Path) -> None:
    run(tmp_path, "s", "t")
    assert not (tmp_path / "journal.sqlite3").exists()
    edit(tmp_path, student="s", essay="1")
    run(tmp_path, "s", "t")
    edit(tmp_path, student="s", essay="2")
    edit(tmp_path, student="t", essay="0")
    run(tmp_path, "s", "t")
    edit(tmp_path, student="s", essay="")
    found = run(tmp_path, "s", "t")
    assert (found.of("s").points, found.of("t").points) == ({}, {"essay": 0})
    state = Journal(tmp_path).state()
    said = [(one.number, one.who, one.before, one.after) for one in state.since(POINTS, 0)]
    assert said == [(1, "manual.csv", None, 1), (3, "manual.csv", 1, 2), (6, "manual.csv", 2, None)]
    assert run(tmp_path, "s", "t").of("s").points == {}
    assert Journal(tmp_path).state().last == 6  # for what was seen, one more of each of the two


def test_the_table_is_written_from_the_journal_however_little_of_it_is_left(tmp_path: Path) -> None:
    run(tmp_path, "s", "t")
    journal = Journal(tmp_path)
    assert isinstance(journal.append(Decision(POINTS, 1.5), "Ada", 0), Record)
    run(tmp_path, "s", "t")
    assert [row["essay"] for row in cells(tmp_path)] == ["1.5", ""]
    file = tmp_path / "manual.csv"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.splitlines(keepends=True)[0])  # every row deleted
    assert run(tmp_path, "s", "t").of("s").points == {"essay": 1.5}
    assert file.read_text(encoding="utf-8") == whole
    file.unlink()
    run(tmp_path, "s", "t")
    assert file.read_text(encoding="utf-8") == whole


def test_a_cell_that_was_changed_on_both_sides_is_a_conflict_and_other_cells_are_not(tmp_path: Path) -> None:
    run(tmp_path, "s", "t")
    edit(tmp_path, student="s", essay="1")
    edit(tmp_path, student="t", essay="1")
    journal = Journal(tmp_path)
    journal.append(Decision(POINTS, 2.0), "Ada", 0)
    with pytest.raises(UsageError) as raised:
        by_hand(tmp_path, "s", "t")
    assert str(raised.value).startswith(
        f"{tmp_path / 'manual.csv'}:2: S: essay: changed here to 1, and by Ada (2"
    )
    assert str(raised.value).endswith("from nothing to 2: write 2 here to keep that, or change it there")
    assert journal.state().last == 1
    edit(tmp_path, student="s", essay="2.0")
    found = run(tmp_path, "s", "t")
    assert (found.of("s").points, found.of("t").points) == ({"essay": 2}, {"essay": 1})
    edit(tmp_path, student="s", essay="1")  # what Ada wrote is in the table now, and may be changed in it
    assert run(tmp_path, "s", "t").of("s").points == {"essay": 1}


def test_an_old_copy_that_is_saved_over_the_table_changes_only_what_somebody_changed_in_it(
    tmp_path: Path,
) -> None:
    run(tmp_path, "s", "t")
    edit(tmp_path, student="s", essay="1")
    run(tmp_path, "s", "t")
    file = tmp_path / "manual.csv"
    in_a_spreadsheet = file.read_bytes()
    Journal(tmp_path).append(Decision(POINTS, 2.0), "Ada", 1)
    run(tmp_path, "s", "t")
    file.write_bytes(in_a_spreadsheet)
    edit(tmp_path, student="t", essay="0.5")
    found = run(tmp_path, "s", "t")
    assert (found.of("s").points, found.of("t").points) == ({"essay": 2}, {"essay": 0.5})
    file.write_bytes(in_a_spreadsheet)
    edit(tmp_path, student="s", essay="0")
    with pytest.raises(UsageError, match="S: essay: changed here to 0, and by Ada"):
        by_hand(tmp_path, "s", "t")


def test_a_copy_of_the_table_that_is_older_than_what_the_table_said_since_says_what_it_replaces(
    tmp_path: Path,
) -> None:
    run(tmp_path, "s", "t")
    file = tmp_path / "manual.csv"
    open_elsewhere = file.read_bytes()
    edit(tmp_path, student="s", essay="2")
    edit(tmp_path, student="t", essay="2")
    run(tmp_path, "s", "t")
    file.write_bytes(open_elsewhere)
    edit(tmp_path, student="s", essay="1")
    found = run(tmp_path, "s", "t")
    assert (found.of("s").points, found.of("t").points) == ({"essay": 1}, {"essay": 2})
    assert found.notes[0].startswith(f"{file}:2: S: essay: 1 from an older copy of the table replaces 2 (2")
    assert len(found.notes) == 1
    assert filled(tmp_path, "id,essay\ns,0\n", "s", "t").notes == ()  # of a program that knows no journal


def test_a_table_of_another_folder_says_what_is_in_it_and_no_more(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        run(tmp_path / folder, "s", "t")
        edit(tmp_path / folder, student="st"[folder == "b"], essay="1")
        run(tmp_path / folder, "s", "t")
    (tmp_path / "b" / "manual.csv").write_bytes((tmp_path / "a" / "manual.csv").read_bytes())
    found = run(tmp_path / "b", "s", "t")
    assert (found.of("s").points, found.of("t").points) == ({"essay": 1}, {"essay": 1})


def test_what_somebody_saves_while_the_class_is_graded_is_new_for_the_next_run(tmp_path: Path) -> None:
    run(tmp_path)
    found = by_hand(tmp_path)
    found.enter()
    edit(tmp_path, essay="1")
    said = found.write([entry_of(graded())])
    assert said == "saved while the class was graded, and read by the next run: manual.csv"
    assert run(tmp_path).of("s").points == {"essay": 1}


def test_points_that_the_lab_does_not_give_any_more_end_the_run_and_lost_questions_are_named(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path)
    journal.append(Decision(Subject("s", "essay", What.ITEM, "A"), 1.0), "Ada", 0)
    journal.append(Decision(Subject("s", "poem", What.POINTS), 9.0), "Ada", 0)
    found = run(tmp_path, manual=[ITEMS])
    assert found.notes == ("kept, and without effect: what people decided about poem, which the lab has not",)
    (tmp_path / "manual.csv").unlink()
    cheaper = ITEMS | {"points": 1.5, "items": [A | {"points": 0.5}, B]}
    with pytest.raises(UsageError, match=r"journal\.sqlite3: S: essay: A: expected points from 0 to 0\.5"):
        by_hand(tmp_path, manual=[cheaper])


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        (POINTS, -1.0), (POINTS, float("nan")), (POINTS, "1"), (POINTS, True), (CHANGE, 1.0),
        (Subject("s", "essay", What.COMMENT), ""), (Subject("s", "essay", What.COMMENT), "\ud800"),
        (CHANGE, Override(1.0, " ")), (CHANGE, Override(None, "why")), (CHANGE, Override(float("inf"), "why")),
        (Subject("s", "", What.EXCUSE), Override(1.0, "ill")),
    ],
)  # fmt: skip
def test_the_journal_takes_no_value_of_another_kind(tmp_path: Path, subject: Subject, value: Value) -> None:
    with pytest.raises(ValueError, match="not a value of"):
        Journal(tmp_path).append(Decision(subject, value), "Ada", 0)
    assert not list(tmp_path.iterdir())


def test_the_journal_only_grows(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(Decision(POINTS, 1.0), "Ada", 0)
    with closing(sqlite3.connect(journal.path)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        for attack in (
            "DELETE FROM record",
            "UPDATE record SET after = '2'",
            "REPLACE INTO record SELECT * FROM record",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                database.execute(attack)
    assert journal.state().value(POINTS) == 1


def test_who_has_not_seen_the_newest_is_refused_with_it_and_may_ask_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first = journal.append(Decision(POINTS, 1.0), "Ada", 0)
    refused = journal.append(Decision(POINTS, 2.0), "Ben", 0)
    assert isinstance(refused, Stale)
    assert refused.newest == first
    note = Decision(Subject("s", "essay", What.PRIVATE_NOTE), "look again")
    assert isinstance(journal.append_all([note, Decision(POINTS, 2.0)], "Ben", 0), Stale)
    assert journal.state().last == 1  # all or none
    second = journal.append(Decision(POINTS, 2.0), "Ben", refused.newest.number)
    assert isinstance(second, Record)
    assert (second.number, second.before, second.after) == (2, 1, 2)
    assert journal.append(Decision(POINTS, 2.0), "Ben", 1) == second  # the answer was lost


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\0" + bytes(200)])
def test_a_journal_that_cannot_be_read_ends_the_run(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(damage)
    with pytest.raises(UsageError, match=r"journal\.sqlite3: cannot be read or written"):
        by_hand(tmp_path)
    assert (tmp_path / "journal.sqlite3").read_bytes() == damage


def test_a_journal_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(Decision(POINTS, 1.0), "Ada", 0)
    with closing(sqlite3.connect(journal.path)) as database:
        database.execute("PRAGMA user_version = 2")
    with pytest.raises(UsageError, match="is of version 2; this program reads version 1"):
        journal.state()


def written_until_killed(out: Path, seconds: float, *, begun: bool) -> list[int]:
    """Numbers of the records that a process was told are written before it was killed.

    Args:
        seconds: until it is killed, from its start or, with ``begun``, from its first record.
    """
    told, tell = os.pipe()
    if (child := os.fork()) == 0:
        try:
            for number in range(100_000):
                subject = Subject(f"{os.getpid()}-{number}", "essay", What.POINTS)
                done = Journal(out).append(Decision(subject, 1.0), "w", 0)
                os.write(tell, f"{done.number}\n".encode() if isinstance(done, Record) else b"refused\n")
        finally:
            os._exit(1)
    os.close(tell)
    with open(told, "rb") as acknowledged:
        first = acknowledged.readline() if begun else b""
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return [int(line) for line in (first + acknowledged.read()).split()]


def test_a_writer_that_is_killed_again_and_again_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    for attempt in range(20):
        acknowledged += written_until_killed(tmp_path, 0.003 * attempt, begun=attempt % 2 == 1)
    state = Journal(tmp_path).state()
    assert len(acknowledged) >= 10
    assert len(set(acknowledged)) == len(acknowledged)
    assert sorted(acknowledged)[-1] <= state.last <= len(acknowledged) + 20  # at most one was not told
    held = [subject for subject, _ in state.held()]
    assert {state.last_of(one.student) for one in held} >= set(acknowledged)


def write_whatever_comes(journal: Journal, who: str) -> None:
    """Write 40 values of one thing, as a page does that shows what is there now."""
    for number in range(40):
        done = journal.append(Decision(POINTS, number / 64), who, 0)
        while isinstance(done, Stale):
            done = journal.append(done.decision, who, done.newest.number)


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    children = []
    for who in ("Ada", "Ben"):
        if (child := os.fork()) == 0:
            try:
                write_whatever_comes(Journal(tmp_path), who)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    records = Journal(tmp_path).state().since(POINTS, 0)
    assert [one.before for one in records[1:]] == [one.after for one in records[:-1]]
    assert {one.who for one in records} == {"Ada", "Ben"}


# overrides.csv


def changed(out: Path, *rows: str, **more: object) -> ByHand:
    """The file with these rows."""
    text = "\n".join(["id,question,points,reason,comment", *rows])
    (out / "overrides.csv").write_text(text)
    return run(out, **more)


def test_points_are_overridden_and_lateness_excused_with_a_reason(tmp_path: Path) -> None:
    found = changed(
        tmp_path, 's,q,"7,5",the derivation counts,see page 2', "s,essay,0,copied,", "s,LATE,,ill,"
    )
    assert found.of("s").overrides == {
        "q": Override(7.5, "the derivation counts", "see page 2"), "essay": Override(0, "copied")
    }  # fmt: skip
    assert found.of("s").excused == Override(None, "ill")
    assert [(row["question"], row["points"]) for row in cells(tmp_path, "overrides.csv")] == [
        ("q", "7,5"), ("essay", "0"), ("LATE", "")
    ]  # fmt: skip
    (tmp_path / "overrides.csv").unlink()
    assert run(tmp_path).of("s") == found.of("s")
    assert cells(tmp_path, "overrides.csv")[0] == {
        "id": "s", "student": "S", "question": "q", "points": "7.5", "reason": "the derivation counts",
        "comment": "see page 2", "journal": "3",
    }  # fmt: skip


def test_a_comment_about_the_whole_goes_into_the_table_and_back(tmp_path: Path) -> None:
    whole = Subject("s", "", What.COMMENT)
    words = "-1 star,\nbut well explained"
    Journal(tmp_path).append(Decision(whole, words), "Ada", 0)
    assert (run(tmp_path).of("s").comment, run(tmp_path).of("s").comments) == (words, {})
    (row,) = cells(tmp_path, "overrides.csv")
    assert (row["question"], row["points"], row["reason"]) == ("comment", "", "")
    edit(tmp_path, "overrides.csv", comment="Well done.")
    assert run(tmp_path).of("s").comment == "Well done."
    edit(tmp_path, "overrides.csv", comment="")
    assert run(tmp_path).of("s").comment == ""
    assert cells(tmp_path, "overrides.csv") == []
    assert [one.after for one in Journal(tmp_path).state().since(whole, 0)] == [words, "Well done.", None]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("s,comment,1,,Good", "comment: expected a comment, and neither points nor a reason"),
        ("s,comment,,why,", "comment: the comment is missing"),
        (f"s,comment,,,{'x' * 10_001}", "comment: longer than 10000 characters"),
    ],
)
def test_a_row_of_a_comment_has_nothing_else(tmp_path: Path, row: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        changed(tmp_path, row)


def test_private_notes_are_in_no_table_and_in_nothing_that_goes_back(tmp_path: Path) -> None:
    notes = [Decision(Subject("s", name, What.PRIVATE_NOTE), "SECRET") for name in ("", "essay")]
    Journal(tmp_path).append_all(notes, "Ada", 0)
    found = run(tmp_path).of("s")
    files = [file.read_text("utf-8") for file in tmp_path.glob("*.csv")]
    assert "SECRET" not in "".join([str(found), *files])


def test_an_answer_that_was_replaced_since_it_was_scored_is_told_of(tmp_path: Path) -> None:
    def answered(text: str, digest: str, *pictures: str) -> Grade:
        answer = Answer("essay", "E", 2, text, 1.0, pictures=pictures)
        return graded(manual=(answer,), digest=digest)

    journal = Journal(tmp_path)
    journal.append_all([looked_at(answered("mine", "1"), one) for one in ("essay", "q")], "Ada", 0)
    state = journal.state()
    assert not changed_since(state, answered("mine", "1"), "essay")
    assert not changed_since(state, answered("mine", "2"), "essay")  # other code, the same answer
    assert changed_since(state, answered("other", "2"), "essay")
    assert changed_since(state, answered("mine", "1", "a.png"), "essay")
    assert not changed_since(state, graded(digest="2"), "essay")  # nobody has scored that
    assert not changed_since(state, answered("mine", "2"), "q")  # and nobody has changed this
    overridden = replace(graded().questions[0], override=Override(8, "why"))
    assert changed_since(state, replace(graded(digest="2"), questions=(overridden,)), "q")
    assert not changed_since(journal.state(), graded("t"), "essay")
    journal.append_all([looked_at(answered("a", "1", "a.png"), "essay")], "Ada", 9)
    assert changed_since(journal.state(), answered("a", "2", "a.png"), "essay")  # perhaps another picture


def test_points_of_a_table_are_for_the_answer_that_lay_beside_its_row(tmp_path: Path) -> None:
    def answered(text: str) -> Grade:
        return graded(manual=(Answer("essay", "E", 2, text, 1.0),), digest=text)

    by_hand(tmp_path).write([entry_of(answered("mine"))])
    older = (tmp_path / "manual.csv").read_bytes()
    edit(tmp_path, essay="1")
    now = by_hand(tmp_path)
    now.enter()
    state = Journal(tmp_path).state()
    assert not changed_since(state, answered("mine"), "essay")
    assert changed_since(state, answered("other"), "essay")

    now.write([entry_of(answered("other"))])  # the next run met another notebook
    assert run(tmp_path).of("s").points == {"essay": 1.0}
    assert changed_since(Journal(tmp_path).state(), answered("other"), "essay"), "nobody scored it anew"
    (tmp_path / "manual.csv").write_bytes(older)  # filled in at home, after the old notebook
    edit(tmp_path, essay="2")
    by_hand(tmp_path).enter()
    assert changed_since(Journal(tmp_path).state(), answered("other"), "essay")


def test_points_changed_in_a_table_are_about_what_was_graded_when_it_was_read(tmp_path: Path) -> None:
    def changed_of(digest: str) -> bool:
        one = replace(graded(digest=digest).questions[0], override=Override(8, "why"))
        return changed_since(Journal(tmp_path).state(), replace(graded(digest=digest), questions=(one,)), "q")

    write_results(tmp_path, graded(digest="1"))
    changed(tmp_path, "s,q,8,why,")
    assert (changed_of("1"), changed_of("2")) == (False, True)
    write_results(tmp_path, graded(digest="2"))  # handed in again: the row is as it was
    by_hand(tmp_path).enter()
    assert changed_of("2")
    edit(tmp_path, "overrides.csv", reason="looked at it again")
    by_hand(tmp_path).enter()
    assert (changed_of("1"), changed_of("2")) == (True, False)


@pytest.mark.parametrize("cell", ["", "s12", "12", "=1+1", "s" + "g" * 32, "s" + "0" * 33])
def test_a_row_that_does_not_say_what_was_seen_gives_points_all_the_same(tmp_path: Path, cell: str) -> None:
    run(tmp_path)
    edit(tmp_path, essay="1", essay_seen=cell)
    assert run(tmp_path).of("s").points == {"essay": 1.0}
    assert not [one for one in Journal(tmp_path).state().records() if one.subject.what is What.SEEN]


def test_all_that_is_wrong_with_overrides_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        changed(
            tmp_path, "s,q,8.5,why,", "s,essay,,why,", "s,grad,1,why,", "s,late,1,ill,", "s,q,1,again,", "x,q,1,why,"
        )  # fmt: skip
    file = tmp_path / "overrides.csv"
    assert str(raised.value).split("\n") == [
        f"{file}:2: s: q: expected points from 0 to 8; found '8.5'",
        f"{file}:3: s: essay: expected points from 0 to 2; found ''",
        f"{file}:4: s: grad: unknown question; allowed: q, essay, late, comment",
        f"{file}:5: s: late: expected no points for lateness; found '1'",
        f"{file}:6: s: the second row with this id and question, after line 2: delete one",
        f"{file}:7: x: no submission has the id 'x'; write the id as it was, or delete the row",
    ]
    with pytest.raises(UsageError, match="s: q: a reason is missing: students read it"):
        changed(tmp_path, "s,q,1, ,")
    (tmp_path / "overrides.csv").write_text("id,question,Points,comment\ns,q,1,\n")
    with pytest.raises(UsageError, match="no column is called reason; found 'id', 'question', 'points'"):
        by_hand(tmp_path)


def test_a_row_that_is_deleted_takes_nothing_back_and_an_emptied_one_does(tmp_path: Path) -> None:
    changed(tmp_path, "s,q,7,why,")
    (note,) = changed(tmp_path).notes
    assert note.startswith("overrides.csv has no row for S (q), whose changes hold all the same")
    assert [row["points"] for row in cells(tmp_path, "overrides.csv")] == ["7"]
    edit(tmp_path, "overrides.csv", points="", reason="")
    assert run(tmp_path).of("s").overrides == {}
    assert cells(tmp_path, "overrides.csv") == []
    assert [one.who for one in Journal(tmp_path).state().since(CHANGE, 0)] == ["overrides.csv"] * 2


def test_changes_of_somebody_who_is_gone_are_kept_and_named(tmp_path: Path) -> None:
    changed(tmp_path, "s,q,7,why,", "s,late,,ill,")
    found = run(tmp_path, "t")
    assert found.notes == ("overrides.csv keeps changes of S, who are not in the class any more",)
    assert len(cells(tmp_path, "overrides.csv")) == 2
    assert run(tmp_path, "s", "t").of("s").overrides == {"q": Override(7, "why")}


def test_an_override_that_was_changed_on_both_sides_is_a_conflict(tmp_path: Path) -> None:
    changed(tmp_path, "s,q,7,why,")
    edit(tmp_path, "overrides.csv", points="6")
    Journal(tmp_path).append(Decision(CHANGE, Override(5.0, "less")), "Ada", 1)
    with pytest.raises(
        UsageError, match=r"overrides\.csv:2: S: q: changed here to 6 points, 'why', and by Ada"
    ):
        run(tmp_path)


def test_changes_of_who_could_not_be_graded_are_said_to_have_no_effect(tmp_path: Path) -> None:
    found = changed(tmp_path, "s,q,7,why,")
    refused = Grade(Submission("s", "s.ipynb", "S"), Status.NOT_GRADABLE, "damaged")
    assert found.without_effect([entry_of(refused)]) == (
        "overrides.csv changes points of S, who could not be graded: it has no effect"
    )
    assert found.without_effect([entry_of(graded())]) == ""
