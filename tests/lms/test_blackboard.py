"""Blackboard: names of a download, the Grade Center read and written.

The little reader below matches as Blackboard does: rows on the username, columns on the number.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime

import pytest

from autograder.errors import UsageError
from autograder.lms.blackboard import FEEDBACK, GRADES, Blackboard
from autograder.lms.gradescope import Gradescope
from autograder.lms.known import KNOWN
from autograder.lms.model import Assignment, Export, Returned
from autograder.lms.plain import Plain
from autograder.lms.sakai import Sakai
from autograder.submissions.per_student import chosen, recognised
from autograder.uploads.uploaded import UploadedFile

BLACKBOARD = Blackboard()
LAB = Assignment("RNN lab")
AT = "_attempt_2026-11-22-14-31-05"
COLUMN = "RNN lab [Total Pts: 26 Score] |1281892"

GRADE_CENTER = (
    '"Last Name","First Name","Username","Student ID","Last Access","Availability",'
    f'"{COLUMN}","Other [Total Pts: 10 Score] |1281893","Overall Grade [Total Pts: up to 36 Letter] |1281890"\n'
    '"Doe","Jane","jdoe","0442474","2026-11-20 20:20:47","Yes","","","A"\n'
    '"Doe","Jane","jdoe2","0442475","2026-11-20 20:20:47","Yes","20.00","",""\n'
    '"=SUM(A1)","-1","=cmd()","7","","Yes","","",""\n'
    '"Łuk","Zoë, ""Z""","a_b_c","8","","Yes","","",""\n'
)


def text(
    username: str, name: str = "Jane Doe", files=(), comment: str = "There are no student comments."
) -> bytes:
    listed = "".join(f"\tOriginal filename: {own}\n\tFilename: {stored}\n\n" for own, stored in files)
    return (
        f"Name: {name} ({username})\nAssignment: RNN lab\nDate Submitted: Sunday, November 22, 2026 2:31:05 PM CET\n"
        f"Current Grade: Needs Grading\n\nSubmission Field:\n{comment}\n\nComments:\n{comment}\n\nFiles:\n{listed}"
    ).encode()


# member, username, the student's own name of the file
MEMBERS = [
    (f"RNN lab_jdoe{AT}_rnn_lab.ipynb", "jdoe", "rnn_lab.ipynb"),
    (f"RNN lab_jdoe{AT}_lab (1) final.ipynb", "jdoe", "lab (1) final.ipynb"),
    (f"RNN_lab_9_jdoe{AT}_a.ipynb", "jdoe", "a.ipynb"),
    (f"RNN20lab_jdoe{AT}_a.ipynb", "jdoe", "a.ipynb"),
    (f"_jdoe{AT}_a.ipynb", "jdoe", "a.ipynb"),
    (f"jdoe{AT}_a.ipynb", "jdoe", "a.ipynb"),
    (f"RNN lab_12345678{AT}_a.ipynb", "12345678", "a.ipynb"),
    (f"RNN lab_j.doe@uni.example{AT}_a.ipynb", "j.doe@uni.example", "a.ipynb"),
    (f"RNN lab_j-doe{AT}_a.ipynb", "j-doe", "a.ipynb"),
    (f"RNN lab_דוד{AT}_לאב.ipynb", "דוד", "לאב.ipynb"),
    (f"RNN lab_jürgen{AT}_Übung.ipynb", "jürgen", "Übung.ipynb"),
    (f"RNN lab_=cmd(){AT}_=1+1.ipynb", "=cmd()", "=1+1.ipynb"),
    (f"RNN lab_jdoe{AT}_x{AT}_y.ipynb", "jdoe", f"x{AT}_y.ipynb"),
    (f"RNN lab_jdoe{AT}_RNN lab_victim{AT}_y.ipynb", "jdoe", f"RNN lab_victim{AT}_y.ipynb"),
    (f"RNN lab_jdoe{AT}_victim_17_99_a.ipynb", "jdoe", "victim_17_99_a.ipynb"),
    (f"RNN lab_jdoe{AT}_V_12_assignsubmission_file_a.ipynb", "jdoe", "V_12_assignsubmission_file_a.ipynb"),
    (
        f"RNN lab_jdoe{AT}_1-2 - V - Sep 24, 2024 926 PM - a.ipynb",
        "jdoe",
        "1-2 - V - Sep 24, 2024 926 PM - a.ipynb",
    ),
    (f"RNN lab_jdoe{AT}__.ipynb", "jdoe", "_.ipynb"),
    (f"RNN lab_jdoe{AT}_7", "jdoe", "7"),
    (f"RNN lab_jdoe{AT}_.ipynb", "jdoe", ".ipynb"),
    (f"RNN lab_attempt_jdoe{AT}_a.ipynb", "jdoe", "a.ipynb"),
    (f"attempt 2_jdoe{AT}_a.ipynb", "jdoe", "a.ipynb"),
    (f"RNN lab_j doe{AT}_a.ipynb", "j doe", "a.ipynb"),
    (f"RNN lab_jdoe{AT}_two\nlines.ipynb", "jdoe", "two\nlines.ipynb"),
    (f"RNN lab_\u202ejdoe{AT}_a.ipynb", "\u202ejdoe", "a.ipynb"),
    (f"{'x' * 200}_jdoe{AT}_{'y' * 200}.ipynb", "jdoe", f"{'y' * 200}.ipynb"),
    (f"RNN lab_Doe, Jane(x){AT}_a.ipynb", "Doe, Jane(x)", "a.ipynb"),
    (f"(1)_jdoe{AT}_a.ipynb", "jdoe", "a.ipynb"),
    (f"RNN lab_jdoe{AT}_a.tar.gz", "jdoe", "a.tar.gz"),
    (f"RNN lab_jdoe{AT}.ipynb", "jdoe", f"RNN lab_jdoe{AT}.ipynb"),
]


@pytest.mark.parametrize(("member", "username", "own"), MEMBERS)
@pytest.mark.parametrize("before", [(), ("gradebook_RNN_2026-11-23", "more (1)")])
def test_a_member_names_its_student(member, username, own, before):
    origin = BLACKBOARD.origin((*before, member), Export())
    assert origin is not None
    assert (origin.lms_id, origin.path) == (username, (own,))
    assert origin.submitted == datetime(2026, 11, 22, 14, 31, 5)
    assert member.startswith(origin.place)


@pytest.mark.parametrize(
    "member",
    [
        "lab.ipynb", "RNN lab_jdoe_attempt_2026-11-22_a.ipynb", "RNN lab_jdoe_attempt_2026-11-22-14-31_a.ipynb",
        f"{AT}_a.ipynb", "RNN lab_jdoe_versuch_2026-11-22-14-31-05_a.ipynb", "", "_attempt_" * 20_000,
        "a_attempt_2026-11-22-14-31-0" * 5_000, "_" * 100_000, "_attempt_2026-" * 10_000, f"x{AT}", f"x{AT}_",
        "Doe_12_assignsubmission_file_attempt", "doejane_17_99_rnn_lab.ipynb",
    ],
)  # fmt: skip
def test_other_names_are_nobodys(member):
    assert BLACKBOARD.origin((member,), Export()) is None


def test_a_date_that_is_none_is_no_time():
    origin = BLACKBOARD.origin(("L_jdoe_attempt_2026-13-45-99-99-99_a.ipynb",), Export())
    assert origin is not None
    assert (origin.lms_id, origin.submitted) == ("jdoe", None)


def test_the_outermost_name_counts_in_an_opened_archive():
    path = (f"L_jdoe{AT}_x.zip", f"L_victim{AT}_y", "lab.ipynb")
    origin = BLACKBOARD.origin(path, Export())
    assert origin is not None
    assert (origin.lms_id, origin.path) == ("jdoe", ("x.zip", f"L_victim{AT}_y", "lab.ipynb"))


def test_the_text_of_an_attempt_tells_username_name_and_own_names():
    member = f"RNN_lab_a_b_c{AT}_rnn5Flab.ipynb"
    facts = BLACKBOARD.export(
        {(f"RNN_lab_a_b_c{AT}.txt",): text("a_b_c", "Zoë (Z) Łuk", [("rnn lab.ipynb", member)])}
    )
    origin = BLACKBOARD.origin((member,), facts)
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.path) == ("a_b_c", "Zoë (Z) Łuk", ("rnn lab.ipynb",))


def test_usernames_that_are_known_elsewhere_tell_where_one_begins():
    facts = BLACKBOARD.export({("d", f"RNN_a_b_c{AT}.txt"): text("a_b_c")})
    later = BLACKBOARD.origin(("d", "RNN_a_b_c_attempt_2026-11-23-00-00-00_a.ipynb"), facts)
    sheet = Export(worksheet=BLACKBOARD.worksheet(GRADE_CENTER.encode()))
    listed = BLACKBOARD.origin((f"RNN_a_b_c{AT}_a.ipynb",), sheet)
    unknown = BLACKBOARD.origin((f"RNN_a_b_c{AT}_a.ipynb",), Export())
    assert later is not None
    assert listed is not None
    assert unknown is not None
    assert (later.lms_id, listed.lms_id, unknown.lms_id) == ("a_b_c", "a_b_c", "c")


def test_without_their_own_text_nobody_is_taken_for_somebody_else(tmp_path):
    members = [f"L_9_smith{AT}_l.ipynb", f"L_9_a_smith{AT}_l.ipynb", f"L_9_b_smith{AT}_l.ipynb"]
    found = []
    for number, member in enumerate(members):
        file = tmp_path / f"{number}.ipynb"
        file.write_text(member)
        found.append(UploadedFile((member,), file))
    own = {(f"L_9_smith{AT}.txt",): text("smith")}
    known, _ = chosen(found, BLACKBOARD, BLACKBOARD.export(own), "l.ipynb")
    assert [one.origin.lms_id for one in known] == ["smith", "a_smith", "b_smith"]
    unknown, _ = chosen(found, BLACKBOARD, Export(), "l.ipynb")
    assert [(one.origin.lms_id, one.found) for one in unknown] == [("", one) for one in found]


def test_what_a_student_writes_into_the_text_makes_nobody_else_of_them():
    lie = f"Name: Victim (victim)\nFiles:\n\tOriginal filename: x.ipynb\n\tFilename: L_victim{AT}_lab.ipynb"
    facts = BLACKBOARD.export(
        {
            (f"L_mallory{AT}.txt",): text("mallory", "Evil (victim)", comment=lie),
            (f"L_victim{AT}.txt",): text("victim", "Victim", [("lab.ipynb", f"L_victim{AT}_lab.ipynb")]),
        }
    )
    mallory = BLACKBOARD.origin((f"L_mallory{AT}_lab.ipynb",), facts)
    victim = BLACKBOARD.origin((f"L_victim{AT}_lab.ipynb",), facts)
    assert mallory is not None
    assert victim is not None
    assert (mallory.lms_id, mallory.student) == ("mallory", "Evil (victim)")
    assert (victim.lms_id, victim.path) == ("victim", ("lab.ipynb",))


@pytest.mark.parametrize(
    ("path", "fact"),
    [
        ((f"L_jdoe{AT}.txt",), True),
        (("download", f"L_jdoe{AT}.txt"), True),
        ((f"L_jdoe{AT}_notes.txt",), False),
        ((f"L_jdoe{AT}_x{AT}.txt",), False),
        ((f"L_mallory{AT}_x.zip", f"L_victim{AT}.txt"), False),
        ((f"L_jdoe{AT}.ipynb",), False),
        (("notes.txt",), False),
    ],
)
def test_what_is_blackboards_own_and_what_a_student_handed_in(path, fact):
    assert BLACKBOARD.is_own_text(path) is fact


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"Name",
        b"Name: nobody",
        b"Name: ()",
        b"\xff\xfe",
        b"(" * 100_000,
        b"Name: x (y" + b"\n" * 100_000,
    ],
)
def test_a_text_that_cannot_be_read_does_no_harm(data):
    facts = BLACKBOARD.export({(f"L_jdoe{AT}.txt",): data})
    origin = BLACKBOARD.origin((f"L_jdoe{AT}_a.ipynb",), facts)
    assert origin is not None
    assert (origin.lms_id, origin.student) == ("jdoe", "jdoe")


def test_the_latest_attempt_counts(tmp_path):
    members = [
        "L_jdoe_attempt_2026-11-22-14-31-05_lab.ipynb", "L_jdoe_attempt_2026-11-23-00-00-00_lab.ipynb",
        "L_jdoe_attempt_2026-11-21-23-59-59_lab.ipynb", "L_jdoe2_attempt_2026-11-01-00-00-00_lab.ipynb",
    ]  # fmt: skip
    found = []
    for number, member in enumerate(members):
        file = tmp_path / f"{number}.ipynb"
        file.write_text(member)
        found.append(UploadedFile((member,), file))
    of_students, _ = chosen(found, BLACKBOARD, Export(), "lab.ipynb")
    assert [one.found for one in of_students] == [found[1], found[3]]


@pytest.mark.parametrize("wrapped", [(), ("gradebook_1 (1)",)])
def test_a_download_is_recognised(wrapped):
    everyone = [
        *(lms for lms in KNOWN if lms.name != "blackboard"),
        BLACKBOARD,
        Sakai(),
        Gradescope(),
        Plain(),
    ]
    names = [f"RNN lab_u{n}{AT}{rest}" for n in range(3) for rest in (".txt", "_a_17_99_b.ipynb", "_b.pdf")]
    paths = [(*wrapped, name) for name in names]
    assert recognised(paths, everyone) is BLACKBOARD
    assert recognised(paths, everyone[::-1]) is BLACKBOARD


# The Grade Center


def utf16(text_: str) -> bytes:
    return ("\ufeff" + text_.replace('","', '"\t"')).encode("utf-16-le")


@pytest.mark.parametrize(
    "data",
    [
        GRADE_CENTER.encode(), GRADE_CENTER.encode("utf-8-sig"), utf16(GRADE_CENTER), GRADE_CENTER.encode("utf-16"),
        GRADE_CENTER.replace('","', '";"').encode(), GRADE_CENTER.replace("\n", "\r\n").encode(),
        (GRADE_CENTER + "\n\n").encode(),
    ],
)  # fmt: skip
def test_the_grade_center_in_every_form_it_comes_in(data):
    sheet = BLACKBOARD.worksheet(data, LAB)
    assert [one.lms_id for one in sheet.people] == ["jdoe", "jdoe2", "=cmd()", "a_b_c"]
    assert [one.mark for one in sheet.people] == ["", "20.00", "", ""]
    assert sheet.people[3].name == 'Zoë, "Z" Łuk'


def test_a_german_grade_center():
    german = '"Nachname","Vorname","Benutzername","Lab [Gesamtpunkte: 26,5 Ergebnis] |5"\n"Doe","Jane","jdoe","3"\n'
    (person,) = BLACKBOARD.worksheet(german.encode()).people
    assert (person.lms_id, person.name, person.mark) == ("jdoe", "Jane Doe", "3")


@pytest.mark.parametrize(
    ("text_", "says"),
    [
        ("", "Grade Center"),
        ("Identifier,Grade\nParticipant 1,2\n", "Username"),
        (GRADE_CENTER + '"Doe","Jane","x"\n', "line 6: expected 9 cells"),
        (GRADE_CENTER.replace('"jdoe2"', '" "'), "line 3: .*Username"),
    ],
)
def test_another_file_is_refused_with_what_was_expected(text_, says):
    with pytest.raises(UsageError, match=says):
        BLACKBOARD.worksheet(text_.encode())


# What goes back


def returned(tmp_path, lms_id: str, points: float | None = 20.5, **changes) -> Returned:
    page = tmp_path / f"{len(list(tmp_path.glob('*.html')))}.html"
    page.write_text(f"<p>{lms_id}</p>")
    one = Returned(
        lms_id=lms_id, student="Jane Doe", place=f"L_{lms_id}{AT}", path=("lab.ipynb",), team="", points=points,
        possible=26.0, comment="20.5 of 26", feedback=page,
    )  # fmt: skip
    return replace(one, **changes)


def write(tmp_path, *of_class: Returned, sheet: str | bytes = "", assignment: Assignment = LAB):
    folder = tmp_path / "lms"
    folder.mkdir()
    data = sheet.encode() if isinstance(sheet, str) else sheet
    worksheet = BLACKBOARD.worksheet(data, assignment) if data else None
    written = BLACKBOARD.write(folder, of_class, assignment, worksheet)
    assert [step.file for step in written.steps] == [GRADES, FEEDBACK]
    return written, folder


def upload(folder):
    """Marks by column number (or by the heading of the column that Blackboard would make) and username."""
    rows = list(csv.DictReader(io.StringIO((folder / GRADES).read_text(encoding="utf-8-sig"), newline="")))
    marks = {}
    for row in rows:
        assert None not in row
        for heading, cell in row.items():
            if heading not in (
                "Last Name",
                "First Name",
                "Username",
                "Feedback to Learner",
                "Feedback Format",
            ):
                column = re.search(r"\|(\d+)$", heading)
                marks[(column[1] if column else heading, row["Username"])] = float(cell)
    return marks


def test_marks_arrive_in_the_column_at_the_student(tmp_path):
    written, folder = write(
        tmp_path,
        returned(tmp_path, "jdoe", 20.5), returned(tmp_path, "jdoe2", 0.0), returned(tmp_path, "=cmd()", 26.0),
        returned(tmp_path, "a_b_c", None),
        sheet=utf16(GRADE_CENTER),
    )  # fmt: skip
    column = "1281892"
    assert upload(folder) == {(column, "jdoe"): 20.5, (column, "jdoe2"): 0.0, (column, "=cmd()"): 26.0}
    assert written.left_out == ()
    assert COLUMN in written.steps[0].text


def test_names_compute_nothing_in_a_spreadsheet(tmp_path):
    _, folder = write(tmp_path, returned(tmp_path, "=cmd()"), sheet=GRADE_CENTER)
    assert '"\'=SUM(A1)","\'-1","=cmd()"' in (folder / GRADES).read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("assignment", "column"),
    [
        (Assignment("RNN lab"), "1281892"),
        (Assignment("rnn  LAB"), "1281892"),
        (Assignment("anything", column="Other"), "1281893"),
        (Assignment("anything", column="Other [Total Pts: 10 Score] |1281893"), "1281893"),
    ],
)
def test_the_column_is_found(tmp_path, assignment, column):
    _, folder = write(tmp_path, returned(tmp_path, "jdoe", 1.0), sheet=GRADE_CENTER, assignment=assignment)
    assert upload(folder) == {(column, "jdoe"): 1.0}


@pytest.mark.parametrize(
    ("assignment", "heading"),
    [
        (Assignment("Lab 9"), "Lab 9"),
        (Assignment("Lab 9", column="Gone"), "Gone"),
        (Assignment("Overall Grade"), "Overall Grade"),
    ],
)
def test_a_column_is_never_guessed(tmp_path, assignment, heading):
    written, folder = write(
        tmp_path, returned(tmp_path, "jdoe", 1.0), sheet=GRADE_CENTER, assignment=assignment
    )
    assert upload(folder) == {(heading, "jdoe"): 1.0}
    assert "makes a new column" in written.steps[0].text


def test_without_the_grade_center_the_configured_column_is_used(tmp_path):
    written, folder = write(
        tmp_path, returned(tmp_path, "jdoe", 1.0), assignment=Assignment("L", column=COLUMN)
    )
    assert upload(folder) == {("1281892", "jdoe"): 1.0}
    assert "Nobody looked" in written.steps[0].text


def test_without_anything_the_ta_is_told_to_rename_the_column(tmp_path):
    written, folder = write(tmp_path, returned(tmp_path, "jdoe", 1.0))
    assert upload(folder) == {("RNN lab", "jdoe"): 1.0}
    assert "--worksheet" in written.steps[0].text


def test_whoever_has_no_row_is_left_out_with_a_reason(tmp_path):
    nobody, stranger = returned(tmp_path, ""), returned(tmp_path, "stranger")
    above, ungraded = returned(tmp_path, "jdoe", 26.5), returned(tmp_path, "", None)
    written, folder = write(tmp_path, nobody, stranger, above, ungraded, sheet=GRADE_CENTER)
    assert [one for one, _ in written.left_out] == [nobody, stranger, above]
    assert "(26)" in written.left_out[2][1]
    assert upload(folder) == {}


def test_a_download_of_one_column_takes_the_comment_too(tmp_path):
    sheet = (
        f'"Last Name","First Name","Username","{COLUMN}","Grading Notes","Notes Format","Feedback to Learner",'
        '"Feedback Format"\n"Doe","Jane","jdoe","","","","",""\n'
    )
    _, folder = write(tmp_path, returned(tmp_path, "jdoe", comment="h[t] <b> & 1 of 2"), sheet=sheet)
    (row,) = csv.DictReader(io.StringIO((folder / GRADES).read_text(encoding="utf-8-sig")))
    assert row["Feedback to Learner"] == "h[t] &lt;b&gt; &amp; 1 of 2"
    assert row["Feedback Format"] == "HTML"
    assert "Grading Notes" not in row, "they stay as they are"


def test_feedback_is_in_a_folder_each_also_for_equal_names(tmp_path):
    _, folder = write(tmp_path, returned(tmp_path, "jdoe"), returned(tmp_path, "jdoe2"))
    with zipfile.ZipFile(folder / FEEDBACK) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            "Jane Doe (jdoe)/feedback.html": "<p>jdoe</p>",
            "Jane Doe (jdoe2)/feedback.html": "<p>jdoe2</p>",
        }


def test_an_empty_class_has_an_empty_file(tmp_path):
    written, folder = write(tmp_path, sheet=GRADE_CENTER)
    assert upload(folder) == {}
    assert written.left_out == ()
