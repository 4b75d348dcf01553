"""Canvas: names of an export, the gradebook read and written, submissions that come back.

The little readers below follow what Canvas's own importers do with the two files.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from autograder.errors import UsageError
from autograder.lms.canvas import FEEDBACK, GRADES, Canvas
from autograder.lms.ilias import Ilias
from autograder.lms.known import KNOWN
from autograder.lms.model import Assignment, Export, Person, Returned, Worksheet
from autograder.lms.openolat import OpenOlat
from autograder.submissions.per_student import chosen, recognised
from autograder.uploads.uploaded import UploadedFile

CANVAS = Canvas()
LAB = Assignment(title="RNN lab", column="RNN lab (777)")

GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,RNN lab (777),Other (778),Current Score,Final Score (2026)\n"
    ",,,,,Manual Posting,,,\n"
    "    Points Possible,,,,,25.00,10.00,(read only),(read only)\n"
    '"Doe, Jane",17,A17,jane@uni.example,Group 1,,3,90,90\n'
    '"Doe, Jane",18,A18,jane2@uni.example,Group 1,20.00,,80,80\n'
    '"=""=cmd()""",19,A19,evil,Group 1,EX,,,\n'
    '"Žižek, Ž.",20,A20,zz,Group 2,N/A,,,\n'
)


def known(*people: tuple[str, str]) -> Export:
    return Export(worksheet=Worksheet((), tuple(Person(lms_id=uid, name=name) for uid, name in people)))


MEMBERS = [
    # member, identifier, the student's own name of the file, name, late
    ("doejane_17_99_rnn_lab.ipynb", "17", "rnn_lab.ipynb", "doejane", False),
    ("doejane_LATE_17_99_rnn_lab.ipynb", "17", "rnn_lab.ipynb", "doejane", True),
    ("doejane_17_99_rnn_lab-1.ipynb", "17", "rnn_lab-1.ipynb", "doejane", False),
    ("doejane_17_99_17_99_rnn.ipynb", "17", "17_99_rnn.ipynb", "doejane", False),
    ("doejane_17_99_2026_11_22_rnn.ipynb", "17", "2026_11_22_rnn.ipynb", "doejane", False),
    ("doejane_17_99_LATE_5_6_rnn.ipynb", "17", "LATE_5_6_rnn.ipynb", "doejane", False),
    ("doejane_17_99__.ipynb", "17", "_.ipynb", "doejane", False),
    ("doejane_17_99_7", "17", "7", "doejane", False),
    ("doejane_17_99_rnn lab (1) final.ipynb", "17", "rnn lab (1) final.ipynb", "doejane", False),
    ("doejane_17_99_anon_x_1_2_y.ipynb", "17", "anon_x_1_2_y.ipynb", "doejane", False),
    ("doejane_17_99_=1+1.ipynb", "17", "=1+1.ipynb", "doejane", False),
    ("doejane_17_99_לאב.ipynb", "17", "לאב.ipynb", "doejane", False),
    ("doe_jane_17_99_a.ipynb", "17", "a.ipynb", "doe_jane", False),
    ("doe_jane_LATE_17_99_a.ipynb", "17", "a.ipynb", "doe_jane", True),
    ("müllerjürgen_17_99_a.ipynb", "17", "a.ipynb", "müllerjürgen", False),
    ("王小明_17_99_a.ipynb", "17", "a.ipynb", "王小明", False),
    ("שרהכהן_17_99_a.ipynb", "17", "a.ipynb", "שרהכהן", False),
    ("प्रियाशर्मा_17_99_a.ipynb", "17", "a.ipynb", "प्रियाशर्मा", False),
    ("late_17_99_a.ipynb", "17", "a.ipynb", "late", False),
    ("anonym_17_99_a.ipynb", "17", "a.ipynb", "anonym", False),
    ("_17_99_a.ipynb", "17", "a.ipynb", "", False),
    ("_LATE_17_99_a.ipynb", "17", "a.ipynb", "", True),
    ("17_99_a.ipynb", "17", "a.ipynb", "", False),
    ("doe2jane_17_99_a.ipynb", "17", "a.ipynb", "doe2jane", False),
    ("2_jane_17_99_a.ipynb", "17", "a.ipynb", "2_jane", False),
    ("jane_2_LATE_17_99_a.ipynb", "17", "a.ipynb", "jane_2", True),
    ("x" * 200 + "_17_99_a.ipynb", "17", "a.ipynb", "x" * 200, False),
    ("doejane_10000000000017_99_a.ipynb", "10000000000017", "a.ipynb", "doejane", False),
    ("doejane_17_text.html", "17", "text.html", "doejane", False),
    ("doejane_LATE_17_link.html", "17", "link.html", "doejane", True),
    ("doejane_17_99_text.html", "17", "text.html", "doejane", False),
    ("doejane_17_99_link_list.ipynb", "17", "link_list.ipynb", "doejane", False),
    ("doejane_17_99_lab.zip", "17", "lab.zip", "doejane", False),
    ("anon_aB3xY_99_a.ipynb", "aB3xY", "a.ipynb", "anon", False),
    ("LATE_anon_aB3xY_99_a.ipynb", "aB3xY", "a.ipynb", "anon", True),
    ("anon_23456_99_a.ipynb", "23456", "a.ipynb", "anon", False),
    ("anon_aB3xY_99_2026_1_a.ipynb", "aB3xY", "2026_1_a.ipynb", "anon", False),
    ("anon_aB3xY_text.html", "aB3xY", "text.html", "anon", False),
]


@pytest.mark.parametrize(("member", "identifier", "file", "name", "late"), MEMBERS)
def test_a_members_name_gives_the_identifier_and_the_students_own_name(member, identifier, file, name, late):
    origin = CANVAS.origin((member,), Export())
    assert origin is not None
    assert (origin.lms_id, origin.path, origin.student, origin.late) == (identifier, (file,), name, late)
    assert origin.place == member


NO_MEMBERS = [
    "rnn_lab.ipynb",
    "alice.ipynb",
    "alice_17.ipynb",
    "alice_17_.ipynb",
    "alice_17_99_",
    "Jane Doe_17_assignsubmission_file_12_13_a.ipynb",
    "jane_doe_text.html",
    "doejane_١٧_٩٩_a.ipynb",
    "LATE",
    "anon",
    "LATE_anon",
    "anon_x",
    "_",
    "",
]


@pytest.mark.parametrize("member", NO_MEMBERS)
def test_what_canvas_did_not_name_is_no_member(member):
    assert CANVAS.origin((member,), Export()) is None


def test_a_file_in_a_students_archive_is_the_students_however_it_is_called():
    origin = CANVAS.origin(("export", "doejane_17_99_lab.zip", "sub", "other_5_6_a.ipynb"), Export())
    assert origin is not None
    assert (origin.lms_id, origin.path) == ("17", ("lab.zip", "sub", "other_5_6_a.ipynb"))


def test_a_folder_named_like_a_member_is_no_student():
    assert CANVAS.origin(("rnn_2026_11_export", "alice.ipynb"), Export()) is None
    origin = CANVAS.origin(("rnn_2026_11_export", "doejane_17_99_a.ipynb"), Export())
    assert origin is not None
    assert origin.lms_id == "17"


AMBIGUOUS = [
    # member, the class, identifier
    ("group_3_17_99_a.ipynb", [("17", "Doe, Jane")], "17"),
    ("group_3_17_99_a.ipynb", [("3", "Roe, Rob")], "3"),
    ("42_17_99_a.ipynb", [("17", "Doe, Jane")], "17"),
    ("group_3_17_text.html", [("17", "Doe, Jane")], "17"),
    # both numbers are students': the name tells
    ("doejane_3_17_99_a.ipynb", [("3", "Roe, Rob"), ("17", "Doe, Jane_3")], "17"),
    ("doejane_3_17_99_a.ipynb", [("3", "Doe, Jane"), ("17", "Roe, Rob")], "3"),
    # a student who is called like an anonymous one, and an anonymous one whose numbers are somebody's
    ("anon_smith_17_99_a.ipynb", [("17", "Anon_Smith")], "17"),
    ("anon_aB3xY_17_99_a.ipynb", [("17", "Doe, Jane")], "aB3xY"),
    # names are read in NFC, whatever the gradebook has
    ("zo\u00eb_3_17_99_a.ipynb", [("3", "Roe, Rob"), ("17", "Zoe\u0308_3")], "17"),
    # an empty name does not make a stranger's number known
    ("_3_17_99_a.ipynb", [("17", "Doe, Jane")], "17"),
    ("doejane_17_99_a.ipynb", [("5", "Roe, Rob")], "17"),
]


@pytest.mark.parametrize(("member", "people", "identifier"), AMBIGUOUS)
def test_the_class_settles_which_number_counts(member, people, identifier):
    origin = CANVAS.origin((member,), known(*people))
    assert origin is not None
    assert origin.lms_id == identifier


def test_a_name_that_is_a_number_is_not_taken_for_the_identifier():
    for member in ("12_17_99_a.ipynb", "12_LATE_17_99_3_a.ipynb", "12_17_99_a b.ipynb", "12_17_text.html"):
        origin = CANVAS.origin((member,), Export())
        assert origin is not None
        assert (origin.lms_id, origin.student, origin.guessed_from) == ("17", "12", "")


def test_without_the_class_a_doubtful_number_brings_nobody_anything(tmp_path):
    members = [
        "doe_3_17_99_a.ipynb",
        "roe_17_98_a.ipynb",
        "poe_LATE_3_97_8_a.ipynb",
        "moe_18_96_a.ipynb",
        "moe_18_95_7_b.ipynb",
    ]
    found = []
    for member in members:
        (tmp_path / member).write_text("{}")
        found.append(UploadedFile((member,), tmp_path / member))
    of_students, others = chosen(found, CANVAS, Export(), "a.ipynb")
    assert others == []
    # What may be Roe's or another's number is nobody's; what fits another file of the same name is theirs.
    assert [(one.origin.student, one.origin.lms_id) for one in of_students] == [
        ("doe", ""), ("roe", "17"), ("poe", "3"), ("moe", "18"),
    ]  # fmt: skip
    alone, _ = chosen(found[:1], CANVAS, Export(), "a.ipynb")
    with_class, _ = chosen(found[:1], CANVAS, known(("17", "Doe_3"), ("3", "Roe")), "a.ipynb")
    assert [one.origin.lms_id for one in (*alone, *with_class)] == ["3", "17"]
    doubtful = [returned(tmp_path, members[0]), returned(tmp_path, members[0], lms_id="")]
    written = CANVAS.write(tmp_path, doubtful, LAB, None)
    assert gradebook(tmp_path)[1] == {}
    assert taken_back(tmp_path) == {}
    assert ["--worksheet" in reason for _, reason in written.left_out] == [True, True]


@pytest.mark.parametrize("unit", ["_1", "1_", "anon_", "LATE_", "_LATE_1", "x_17_"])
def test_long_names_are_read_quickly(unit):
    member = unit * (100_000 // len(unit))
    for facts in (Export(), known(*[(str(number), "x") for number in range(300)])):
        CANVAS.origin((member,), facts)  # would take hours if its time grew with the square


def test_an_export_is_recognised_among_all():
    everybody = [
        *KNOWN,
        Ilias(),
        OpenOlat(),
        *([] if any(one.name == "canvas" for one in KNOWN) else [CANVAS]),
    ]
    paths = [(member,) for member, *_ in MEMBERS]
    found = recognised(paths, everybody)
    assert found is not None
    assert found.name == "canvas"


# The gradebook


def test_the_gradebook_is_the_list_of_the_class():
    worksheet = CANVAS.worksheet(GRADEBOOK.encode(), LAB)
    assert [(one.lms_id, one.name, one.mark) for one in worksheet.people] == [
        ("17", "Doe, Jane", ""),
        ("18", "Doe, Jane", "20.00"),
        ("19", "=cmd()", "EX"),
        ("20", "Žižek, Ž.", ""),
    ]
    assert worksheet.people[0].login == "jane@uni.example"


def test_byte_order_mark_semicolons_and_decimal_commas_are_read():
    text = "Student;ID;SIS Login ID;Section;RNN lab (777)\n    Points Possible;;;;25,00\nDoe, Jane;17;jd;A;19,5\n"
    (person,) = CANVAS.worksheet(b"\xef\xbb\xbf" + text.encode(), LAB).people
    assert (person.lms_id, person.name, person.mark) == ("17", "Doe, Jane", "19,5")


def test_first_and_last_names_in_two_columns_are_read():
    text = "LastName,FirstName,ID,SIS Login ID,Section,RNN lab (777)\nDoe,Jane,17,jd,A,\n"
    (person,) = CANVAS.worksheet(text.encode(), LAB).people
    assert (person.lms_id, person.name) == ("17", "Doe, Jane")


@pytest.mark.parametrize(
    ("assignment", "mark"),
    [
        (Assignment("RNN lab", "RNN lab (777)"), "20.00"),
        (Assignment("anything", "RNN lab"), "20.00"),
        (Assignment("rnn LAB"), "20.00"),
        (Assignment("other"), ""),
        (Assignment("lab of somebody else"), ""),
        (None, ""),
    ],
)
def test_marks_that_are_there_come_from_the_assignments_own_column(assignment, mark):
    person = CANVAS.worksheet(GRADEBOOK.encode(), assignment).person("18")
    assert person is not None
    assert person.mark == mark


@pytest.mark.parametrize(
    ("data", "assignment", "words"),
    [
        ("", LAB, ["Student", "Export"]),
        ("Identifier,Grade\n", LAB, ["Identifier", "Student"]),
        (GRADEBOOK.replace(",17,", ",1.7E+01,"), LAB, ["line 4", "1.7E+01", "number"]),
        (GRADEBOOK.replace(",17,", ",,"), LAB, ["line 4", "number"]),
        (GRADEBOOK, Assignment("RNN lab", "RNN lab (778)"), ["RNN lab (778)", "RNN lab (777); Other (778)"]),
    ],
)
def test_a_wrong_list_is_refused_with_what_to_do(data, assignment, words):
    with pytest.raises(UsageError) as caught:
        CANVAS.worksheet(data.encode(), assignment)
    assert all(word in str(caught.value) for word in words)


# What goes back


def returned(tmp_path: Path, place: str, points: float | None = 20.0, **fields) -> Returned:
    origin = CANVAS.origin((place,), Export())
    page = tmp_path / "page.html"
    page.write_text("<html><head><title>t</title></head><body><h1>Feedback</h1><p>a &lt; b</p></body></html>")
    one = Returned(
        lms_id=origin.lms_id if origin else "",
        student=origin.student if origin else "",
        place=place,
        path=origin.path if origin else (),
        team="",
        points=points,
        possible=25.0,
        comment="20 of 25 points",
        feedback=page,
    )
    return replace(one, **fields)


def gradebook(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Headings and marks by ID, as Canvas's importer reads them."""
    rows = list(csv.reader(io.StringIO((folder / GRADES).read_text(encoding="utf-8")), strict=True))
    header = rows[0]
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    columns = 3 + (header[2] == "SIS Login ID")
    assert "Section" in header[columns - 1]
    (assignment,) = header[columns:]
    assert all(len(row) == len(header) for row in rows)
    assert len({row[1] for row in rows[1:]}) == len(rows) - 1
    return [assignment], {row[1]: row[columns] for row in rows[1:]}


def taken_back(folder: Path) -> dict[tuple[str, str], bytes]:
    """Contents by user and attachment, as Canvas matches names of files that come back."""
    found = {}
    with zipfile.ZipFile(folder / FEEDBACK) as archive:
        for name in archive.namelist():
            assert "/" not in name
            parts = [part for part in name.split("_") if part != "LATE"]
            assert not parts[-1].startswith("link"), "Canvas ignores it"
            if parts[0] == "anon":
                key = (parts[1], parts[2])
            else:
                user, attachment = [part for part in parts if re.fullmatch(r"\d+", part)][:2]
                key = (user, attachment)
            assert key not in found
            found[key] = archive.read(name)
    return found


def test_marks_are_written_as_canvas_reads_them(tmp_path):
    all_of_them = [
        returned(tmp_path, "doejane_17_99_a.ipynb", 19.25, student="Doe, Jane"),
        returned(tmp_path, "doejane_18_100_a.ipynb", 0.0, student="Doe, Jane"),
        returned(tmp_path, "roe_19_101_a.ipynb", 30.5, student="=HYPERLINK(1)"),
        returned(tmp_path, "poe_20_102_a.ipynb", None),
    ]
    written = CANVAS.write(tmp_path, all_of_them, LAB, None)
    columns, marks = gradebook(tmp_path)
    assert columns == ["RNN lab (777)"]
    assert marks == {"17": "19.25", "18": "0", "19": "30.5"}
    assert written.left_out == ()
    assert "'=HYPERLINK" in (tmp_path / GRADES).read_text()
    assert [step.file for step in written.steps] == [GRADES, FEEDBACK]
    assert "rename" not in written.steps[0].text


def test_every_page_comes_back_at_its_own_file(tmp_path):
    places = [
        "doejane_17_99_a.ipynb",
        "doejane_LATE_18_100_2026_11_a.ipynb",
        "anon_aB3xY_101_a.ipynb",
        "LATE_anon_bB3xY_102_a.ipynb",
        "doejane_19_103_link_list.ipynb",
        "doejane_20_104_linked.ipynb",
    ]
    CANVAS.write(tmp_path, [returned(tmp_path, place) for place in places], LAB, None)
    found = taken_back(tmp_path)
    assert set(found) == {
        ("17", "99"), ("18", "100"), ("aB3xY", "101"), ("bB3xY", "102"), ("19", "103"), ("20", "104"),
    }  # fmt: skip
    with zipfile.ZipFile(tmp_path / FEEDBACK) as archive:
        assert set(places[:4]) < set(archive.namelist()), "unchanged where Canvas reads it rightly"


def test_a_name_that_canvas_would_misread_is_replaced(tmp_path):
    for place, team in (
        ("group_3_17_99_a.ipynb", "17"),
        ("anon_smith_17_99_a.ipynb", ""),
        ("7_17_99_a.zip", "17"),
    ):
        one = returned(tmp_path, place, lms_id="17", team=team)
        CANVAS.write(tmp_path, [one], LAB, None)
        assert set(taken_back(tmp_path)) == {("17", "99")}, place


def test_the_page_is_a_notebook_for_a_notebook_and_an_archive_for_an_archive(tmp_path):
    places = [
        "doe_17_99_a.ipynb",
        "roe_18_100_a.zip",
        "poe_19_101_a.html",
        "coe_20_102_a.pdf",
        "eoe_21_text.html",
    ]
    written = CANVAS.write(tmp_path, [returned(tmp_path, place) for place in places], LAB, None)
    found = taken_back(tmp_path)
    notebook = nbformat.reads(found["17", "99"].decode(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert notebook.cells[0].source == "# Feedback\n\na &lt; b"
    with zipfile.ZipFile(io.BytesIO(found["18", "100"])) as archive:
        assert b"<h1>Feedback" in archive.read("feedback.html")
    assert b"<h1>Feedback" in found["19", "101"]
    assert len(found) == 3
    assert "2 student(s) get none" in written.steps[1].text


def test_who_cannot_get_a_mark_is_named_with_the_reason(tmp_path):
    worksheet = CANVAS.worksheet(GRADEBOOK.encode(), LAB)
    all_of_them = [
        returned(tmp_path, f"x_{one.lms_id}_99_a.ipynb", person=one, student=one.name)
        for one in worksheet.people
    ]
    all_of_them += [
        returned(tmp_path, "stranger_55_99_a.ipynb"),
        returned(tmp_path, "anon_aB3xY_99_a.ipynb"),
        returned(tmp_path, "group_66_99_a.ipynb", lms_id="", team="66"),
        returned(tmp_path, "fails_77_99_a.ipynb", None),
    ]
    written = CANVAS.write(tmp_path, all_of_them, LAB, worksheet)
    assert gradebook(tmp_path)[1] == {"17": "20", "18": "20"}
    reasons = {one.lms_id or one.team: reason for one, reason in written.left_out}
    assert set(reasons) == {"19", "20", "55", "aB3xY", "66"}
    assert "excused" in reasons["19"]
    assert "not assigned" in reasons["20"]
    assert "not in your gradebook" in reasons["55"]
    assert "anonymous" in reasons["aB3xY"]
    assert "members" in reasons["66"]


def test_an_anonymous_number_is_never_written_as_a_students(tmp_path):
    written = CANVAS.write(tmp_path, [returned(tmp_path, "anon_23456_99_a.ipynb")], LAB, None)
    assert gradebook(tmp_path)[1] == {}
    assert len(written.left_out) == 1


def test_without_a_column_the_ta_is_told_what_to_rename(tmp_path):
    written = CANVAS.write(tmp_path, [returned(tmp_path, "doe_17_99_a.ipynb")], Assignment("RNN lab"), None)
    assert gradebook(tmp_path) == (["RNN lab"], {"17": "20"})
    assert "rename" in written.steps[0].text
    assert "--worksheet" in written.steps[0].text


def test_the_column_and_its_points_are_found_in_the_gradebook(tmp_path):
    assignment = Assignment("RNN lab")
    worksheet = CANVAS.worksheet(GRADEBOOK.replace("25.00", "100.00").encode(), assignment)
    one = returned(tmp_path, "doe_17_99_a.ipynb", person=worksheet.people[0])
    written = CANVAS.write(tmp_path, [one], assignment, worksheet)
    assert gradebook(tmp_path)[0] == ["RNN lab (777)"]
    assert (CANVAS.most(worksheet, assignment), written.left_out) == (100.0, ())


def test_a_gradebook_that_does_not_tell_the_column_is_said_to_show_no_marks(tmp_path):
    assignment = Assignment("Another title")
    worksheet = CANVAS.worksheet(GRADEBOOK.encode(), assignment)
    one = returned(tmp_path, "doe_18_99_a.ipynb", person=worksheet.people[1])
    written = CANVAS.write(tmp_path, [one], assignment, worksheet)
    assert "Nobody looked whether there are marks already, or who is excused" in written.steps[0].text
    assert "First rename" in written.steps[0].text


def test_members_of_a_group_get_a_row_each_and_one_page(tmp_path):
    place = "groupa_17_99_a.ipynb"
    members = [returned(tmp_path, place, lms_id=number, team="17") for number in ("17", "18", "19")]
    CANVAS.write(tmp_path, members, replace(LAB, teams=True), None)
    assert gradebook(tmp_path)[1] == {"17": "20", "18": "20", "19": "20"}
    assert set(taken_back(tmp_path)) == {("17", "99")}


def test_nobody_at_all_gives_empty_files(tmp_path):
    written = CANVAS.write(tmp_path, [], LAB, None)
    assert gradebook(tmp_path)[1] == {}
    assert taken_back(tmp_path) == {}
    assert written.left_out == ()


def test_nothing_of_a_page_is_markup_in_the_notebook(tmp_path):
    one = returned(tmp_path, "doe_17_99_a.ipynb")
    one.feedback.write_text(
        "<style>p {}</style><h2>What *to* look at</h2><p>&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:y)</p>"
        "<p>costs $x$ and $y$</p><pre>```\n# no heading\n</pre><table><tr><td>grad_w</td><td>3 / 3</td></tr></table>"
    )
    CANVAS.write(tmp_path, [one], LAB, None)
    (cell,) = json.loads(taken_back(tmp_path)["17", "99"])["cells"]
    assert cell["source"].split("\n\n") == [
        r"## What \*to\* look at",
        r"&lt;script\>alert\(1\)&lt;/script\> \[x\]\(javascript:y\)",
        "```text\ncosts $x$ and $y$\n```",
        "````text\n```\n# no heading\n````",
        r"- grad\_w 3 / 3",
    ]
