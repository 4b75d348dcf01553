"""Lists of a class and names of an export that are regular: attributes say all of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from autograder.errors import UsageError
from autograder.lms.model import Assignment
from autograder.lms.names import Names
from autograder.lms.rows import Row, decimal
from autograder.lms.sheet import Column, Sheet, heading_for

SHEET = Sheet(
    "Campus's list", id=("User", "Kennung"), last=("Last name",), first=("First name",), login=("E-mail",),
    group=("Team",), mark=("Points",), kind="a number in the column", form=r"[0-9]+",
)  # fmt: skip


def test_cells_are_found_by_their_folded_headings() -> None:
    row = Row({"Last  Modified (Grade)": " - ", "Grade": "5"})
    assert row["last modified (grade)"] == " - "
    assert row.cell("Bewertung", "GRADE") == "5"
    assert row.cell("LAST MODIFIED (GRADE)") == "-"
    assert row.cell("gone") == ""
    assert "grade " in row
    assert 7 not in row


@pytest.mark.parametrize("heading", ["User", "USER", " user ", "Kennung"])
def test_of_several_headings_the_one_that_is_there_counts(heading: str) -> None:
    data = f"{heading},LAST NAME,first  name,E-Mail,Team,Points\n17,Doe,Jane,j@x,A,5\n,,,,,\n".encode()
    (person,) = SHEET.read(data).people
    assert (person.lms_id, person.name, person.login, person.group, person.mark) == (
        "17", "Jane Doe", "j@x", "A", "5",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected Campus's list"),
        ("Name,Points\n", "'Name, Points'; expected Campus's list"),
        ("User,Points\n17,5\n18\n", "line 3: expected 2 cells, and a number in the column User, not '18'"),
        ("User,Points\n1.7E1,5\n", "line 2: .*not '1.7E1'; download it again"),
    ],
)
def test_another_file_and_a_damaged_row_are_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        SHEET.read(text.encode())


COLUMNS = {"Lab 1 |5": Column("Lab 1"), "Lab 10 |6": Column("Lab 10"), "Total |7": Column("Total")}


@pytest.mark.parametrize(
    ("assignment", "heading"),
    [
        (Assignment("lab  1"), "Lab 1 |5"),
        (Assignment("Lab"), None),
        (Assignment("10"), "Lab 10 |6"),
        (Assignment("x", column="total"), "Total |7"),
        (Assignment("Lab 1", column="lab 10 |6"), "Lab 10 |6"),
        (Assignment("Lab 1", column="gone"), None),
        (Assignment(""), None),
    ],
)
def test_the_column_is_found_or_not_guessed(assignment: Assignment, heading: str | None) -> None:
    assert heading_for(COLUMNS, assignment) == heading


def test_an_only_column_is_meant_unless_the_lms_says_no() -> None:
    only = {"Quiz |5": Column("Quiz")}
    assert heading_for(only, Assignment("Lab")) == "Quiz |5"
    assert heading_for(only, Assignment("Lab"), guess=False) is None
    assert heading_for(only, Assignment(""), guess=False) == "Quiz |5"


NAMES = Names(
    folder=r"(?P<id>\d+)-(?P<name>[^-]+)(?P<late>-LATE)?(?:-(?P<time>[\dT:-]+))?",
    file=r"(?P<id>\d+)_(?P<attempt>\d*)_(?P<file>.+)",
)


def test_names_say_who_and_when() -> None:
    origin = NAMES.origin(("x", "17-Jane Doe-LATE-2026-11-22T14:31", "18-Roe", "sub", "lab.ipynb"))
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.late) == ("17", "Jane Doe", True)
    assert (origin.submitted, origin.path) == (datetime(2026, 11, 22, 14, 31), ("18-Roe", "sub", "lab.ipynb"))
    flat = NAMES.origin(("17_3_lab.ipynb",))
    assert flat is not None
    assert (flat.lms_id, flat.student, flat.attempt, flat.path) == ("17", "17", 3, ("lab.ipynb",))
    assert NAMES.origin(("17_3_folder", "lab.ipynb")) is None, "what is said of files is not said of folders"
    assert Names().origin(("17-Jane", "lab.ipynb")) is None


@pytest.mark.parametrize(
    ("cell", "number"), [("5", 5.0), ("23,50", 23.5), (" 1.5 ", 1.5), ("", None), ("-", None), ("1 %", None)]
)
def test_numbers_have_a_point_or_a_comma(cell: str, number: float | None) -> None:
    assert decimal(cell) == number
