"""Brightspace: names of a download, the gradebook read and written, feedback that goes back.

The little reader below does what the documentation says of an import: rows by identifier, one column per
item, ``#`` at the end of each row; feedback by the unchanged name of the folder.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import datetime

import pytest

from autograder.errors import UsageError
from autograder.lms.blackboard import Blackboard
from autograder.lms.brightspace import FEEDBACK, GRADES, Brightspace
from autograder.lms.gradescope import Gradescope
from autograder.lms.known import KNOWN
from autograder.lms.model import Assignment, Export, Returned
from autograder.lms.plain import Plain
from autograder.lms.sakai import Sakai
from autograder.submissions.per_student import chosen, recognised
from autograder.uploads.uploaded import UploadedFile

BRIGHTSPACE = Brightspace()
LAB = Assignment("RNN lab")
DATE = "Sep 24, 2026 926 PM"
AT = datetime(2026, 9, 24, 21, 26)
ITEM = "RNN lab Points Grade <Numeric MaxPoints:26 Weight:10 Category:Labs CategoryWeight:50>"
END = "End-of-Line Indicator"

GRADEBOOK = (
    f"OrgDefinedId,Username,Last Name,First Name,Email,{ITEM},Other Points Grade <Numeric MaxPoints:10>,"
    f"Letter Grade Symbol,{END}\n"
    "#00123,#adoe,Doe,Ann,a@uni.example,,,,#\n"
    "#00124,#jdoe,Doe,Jane,j@uni.example,20.5,,,#\n"
    "#00125,#jdoe2,Doe,Jane,j2@uni.example,,,,#\n"
    '#00126,#zoe,"Łuk, Z.",Zoë-Anna,z@uni.example,,,,#\n'
    "=1+1,=cmd(),=SUM(A1),-1,e@uni.example,,,,#\n"
)


# the name in the folder, and the student
NAMES = [
    "Ann Doe", "Mary-Ann Smith", "Ann - Maria Doe", "Doe, Ann", "Ann_17_99 Doe", "Ann (x) Doe", "דוד אבי", "王小明",
    "Zoë Łuk", "=SUM(A1)", "O'Brien Pat", "12 34", "1-2", "Sep Oct", "Ann", "x" * 200, "\u202eAnn", "A. B. C. D.",
    "Ann - er Sep 24, 2024 926 PM", "Doe - Lab - Sep 24, 2024 926 PM", "Ann Doe_12_assignsubmission_file", "Ann - Sep 24, 2024 926 PM - Doe", "Sep 24, 2024 926 PM", "submission_12345",
    "Group 7", "L_victim_attempt_2026-11-22-14-31-05_x",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("before", [(), ("RNN lab Download Sep 25, 2026 1000 AM", "more")])
def test_a_folder_names_its_student(name, before):
    folder = f"397063-2557369 - {name} - {DATE}"
    origin = BRIGHTSPACE.origin((*before, folder, "sub", "lab.ipynb"), Export())
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.place) == ("397063-2557369", name, folder)
    assert (origin.path, origin.submitted) == (("sub", "lab.ipynb"), AT)


@pytest.mark.parametrize(
    "own",
    [
        "lab.ipynb",
        "my - lab.ipynb",
        f"1-2 - Victim - {DATE} - lab.ipynb",
        "a_17_99_b.ipynb",
        "לאב.ipynb",
        "x.zip",
        "7",
    ],
)
@pytest.mark.parametrize("name", ["Ann Doe", "Ann - Maria Doe", "Mary-Ann"])
def test_without_folders_the_name_of_the_file_says_it(name, own):
    member = f"397063-2557369 - {name} - {DATE} - {own}"
    origin = BRIGHTSPACE.origin(("download", member), Export())
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.path, origin.submitted) == (
        "397063-2557369",
        name,
        (own,),
        AT,
    )


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Sep 24, 2026 926 PM", AT),
        ("Sep 4, 2026 1226 AM", datetime(2026, 9, 4, 0, 26)),
        ("Sep 4, 2026 1226 PM", datetime(2026, 9, 4, 12, 26)),
        ("Dec 5, 2026 1149 AM", datetime(2026, 12, 5, 11, 49)),
        ("September 24, 2026 9:26 PM", AT),
        ("Sept. 24, 2026, 9 26 PM", AT),
        ("Feb 31, 2026 926 PM", None),
        ("Foo 24, 2026 926 PM", None),
        ("24 Sep 2026 21 26", None),
        ("24 sept. 2026 21h26", None),
        ("24.09.2026 2126", None),
    ],
)
def test_dates_of_other_languages_are_recognised_but_not_read(date, moment):
    origin = BRIGHTSPACE.origin((f"1-2 - Ann Doe - {date}", "lab.ipynb"), Export())
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.submitted) == ("1-2", "Ann Doe", moment)


@pytest.mark.parametrize(
    "part",
    [
        "lab.ipynb", "index.html", "Ann Doe", "1-2", "1-2 - Ann Doe", f"1-2 - {DATE}", f"1 - Ann Doe - {DATE}",
        f"Ann Doe - {DATE}", f"x1-2 - Ann - {DATE}", "2026-11-22 - final - v2", "1-2 - Ann - last", "", "1-2 - " * 20_000,
        "1-2 - a" + " " * 100_000, "1-2 - a" + " - Sep 24, 2024 9" * 5_000, "1" * 100_000, "1-2 - " + "-" * 100_000,
        "1-2 - Ann - " + "2026 " * 20_000, "12-34 - x - " + "Sep " * 20_000,
    ],
)  # fmt: skip
def test_other_names_are_nobodys(part):
    assert BRIGHTSPACE.origin((part, "lab.ipynb"), Export()) is None
    assert BRIGHTSPACE.origin((part,), Export()) is None


def test_a_file_that_is_called_like_a_folder_is_nobodys():
    assert BRIGHTSPACE.origin((f"1-2 - Ann Doe - {DATE}",), Export()) is None


def test_the_outermost_name_counts():
    origin = BRIGHTSPACE.origin((f"1-2 - Ann Doe - {DATE}", f"3-4 - Victim - {DATE}", "lab.ipynb"), Export())
    assert origin is not None
    assert (origin.lms_id, origin.path) == ("1-2", (f"3-4 - Victim - {DATE}", "lab.ipynb"))
    opened = BRIGHTSPACE.origin(
        (f"1-2 - Ann Doe - {DATE} - x.zip", f"3-4 - Victim - {DATE}", "lab.ipynb"), Export()
    )
    assert opened is not None
    assert (opened.lms_id, opened.path[0]) == ("1-2", "x.zip")


def test_the_latest_submission_counts_and_equal_names_stay_apart(tmp_path):
    folders = [
        "1-9 - Jane Doe - Sep 24, 2026 926 PM", "1-9 - Jane Doe - Oct 1, 2026 100 AM", "2-9 - Jane Doe - Sep 1, 2026 100 AM",
        "1-9 - Jane Doe - Sep 30, 2026 1159 PM",
    ]  # fmt: skip
    found = []
    for number, folder in enumerate(folders):
        file = tmp_path / f"{number}.ipynb"
        file.write_text(folder)
        found.append(UploadedFile((folder, "lab.ipynb"), file))
    of_students, _ = chosen(found, BRIGHTSPACE, Export(), "lab.ipynb")
    assert [one.found for one in of_students] == [found[1], found[2]]


@pytest.mark.parametrize("wrapped", [(), ("RNN lab Download Sep 25, 2026 1000 AM",)])
def test_a_download_is_recognised(wrapped):
    everyone = [
        *(lms for lms in KNOWN if lms.name != "brightspace"),
        BRIGHTSPACE,
        Blackboard(),
        Sakai(),
        Gradescope(),
        Plain(),
    ]
    paths = [(*wrapped, "index.html")]
    paths += [
        (*wrapped, f"{n}-9 - Doe_12, Jane - {DATE}", name)
        for n in range(3)
        for name in ("a_17_99_b.ipynb", "c.pdf")
    ]
    assert recognised(paths, everyone) is BRIGHTSPACE
    assert recognised(paths, everyone[::-1]) is BRIGHTSPACE


# The gradebook


@pytest.mark.parametrize(
    "data",
    [
        GRADEBOOK.encode(), GRADEBOOK.encode("utf-8-sig"), GRADEBOOK.replace("\n", "\r\n").encode(),
        GRADEBOOK.replace('"Łuk, Z."', '"Łuk, Z."').replace(",", ";").replace("Łuk; Z.", "Łuk, Z.").encode(),
        (GRADEBOOK + "\n").encode(),
    ],
)  # fmt: skip
def test_the_gradebook(data):
    sheet = BRIGHTSPACE.worksheet(data, LAB)
    assert [one.lms_id for one in sheet.people] == ["00123", "00124", "00125", "00126", "=1+1"]
    assert [one.login for one in sheet.people] == ["adoe", "jdoe", "jdoe2", "zoe", "=cmd()"]
    assert sheet.people[3].name == "Zoë-Anna Łuk, Z."
    assert [one.mark for one in sheet.people] == ["", "20.5", "", "", ""]


def test_usernames_alone_are_enough():
    text = f"Username,Last Name,First Name,{ITEM},{END}\n#jdoe,Doe,Jane,3,#\n"
    (person,) = BRIGHTSPACE.worksheet(text.encode()).people
    assert (person.lms_id, person.name, person.mark) == ("jdoe", "Jane Doe", "3")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "exported by Brightspace"),
        (f"OrgDefinedId,{ITEM},{END}\n#1,,#\n", "last name and first name"),
        ("Last Name,First Name,Username2\n", "OrgDefinedId"),
        (GRADEBOOK + "#1,#x,Doe\n", "line 7: expected 9 cells"),
        (GRADEBOOK.replace("#00124", "#"), "line 3: .*OrgDefinedId"),
    ],
)
def test_another_file_is_refused_with_what_was_expected(text, says):
    with pytest.raises(UsageError, match=says):
        BRIGHTSPACE.worksheet(text.encode())


def test_a_row_is_found_by_a_full_name_that_only_one_has():
    sheet = BRIGHTSPACE.worksheet(GRADEBOOK.encode())
    person = BRIGHTSPACE.person(sheet, "1-9", "ann  DOE")
    assert person is not None
    assert person.lms_id == "00123"
    assert BRIGHTSPACE.person(sheet, "1-9", "Jane Doe") is None, "two are called that"
    assert BRIGHTSPACE.person(sheet, "1-9", "Nobody") is None
    assert BRIGHTSPACE.person(sheet, "00125", "Ann Doe") is sheet.people[2], "an identifier says more"


# What goes back


def returned(tmp_path, numbers: str, student: str, points: float | None = 20.5, **changes) -> Returned:
    page = tmp_path / f"{len(list(tmp_path.glob('*.html')))}.html"
    page.write_text(f"<p>{numbers}</p>")
    one = Returned(
        lms_id=numbers, student=student, place=f"{numbers} - {student} - {DATE}", path=("lab.ipynb",), team="",
        points=points, possible=26.0, comment="ok", feedback=page,
    )  # fmt: skip
    return replace(one, **changes)


def write(tmp_path, *of_class: Returned, sheet: str = GRADEBOOK, assignment: Assignment = LAB):
    folder = tmp_path / "lms"
    folder.mkdir()
    worksheet = BRIGHTSPACE.worksheet(sheet.encode(), assignment) if sheet else None
    return BRIGHTSPACE.write(folder, of_class, assignment, worksheet), folder


def upload(folder):
    """Heading of the item, and marks by identifiers."""
    text = (folder / GRADES).read_text(encoding="utf-8-sig")
    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    assert header[-1] == END
    assert {row[-1] for row in rows} <= {"#"}
    assert {len(row) for row in rows} <= {len(header)}
    assert header[:2] == ["OrgDefinedId", "Username"]
    return header[2], {tuple(row[:2]): float(row[2]) for row in rows}


def pages(folder):
    with zipfile.ZipFile(folder / FEEDBACK) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_marks_arrive_under_unchanged_identifiers(tmp_path):
    written, folder = write(
        tmp_path,
        returned(tmp_path, "1-9", "Ann Doe", 20.5), returned(tmp_path, "2-9", "Zoë-Anna Łuk, Z.", 0.0),
        returned(tmp_path, "3-9", "-1 =SUM(A1)", 26.0),
    )  # fmt: skip
    marks = {("#00123", "#adoe"): 20.5, ("#00126", "#zoe"): 0.0, ("=1+1", "=cmd()"): 26.0}
    assert upload(folder) == (ITEM, marks)
    assert written.left_out == ()
    assert [step.file for step in written.steps] == [GRADES, FEEDBACK]


def test_a_name_that_two_have_gives_nobody_a_mark(tmp_path):
    shared = [returned(tmp_path, "1-9", "Jane Doe"), returned(tmp_path, "2-9", "Jane Doe")]
    written, folder = write(tmp_path, *shared)
    assert [one for one, _ in written.left_out] == shared
    assert "several students" in written.left_out[0][1]
    assert upload(folder) == (ITEM, {})
    assert len(pages(folder)) == 2, "feedback goes by the folder, so it arrives"


def test_two_submissions_for_one_row_give_it_no_mark(tmp_path):
    written, folder = write(
        tmp_path, returned(tmp_path, "1-9", "Ann Doe", 1.0), returned(tmp_path, "2-9", "ann doe", 2.0)
    )
    assert len(written.left_out) == 2
    assert upload(folder) == (ITEM, {})


def test_two_submissions_that_found_one_row_by_name_give_it_no_mark(tmp_path):
    sheet = BRIGHTSPACE.worksheet(GRADEBOOK.encode())
    ones = [
        returned(tmp_path, number, name, points, person=BRIGHTSPACE.person(sheet, number, name))
        for number, name, points in (
            ("1-9", "Ann Doe", 1.0),
            ("2-9", "ann DOE", 2.0),
            ("3-9", "Zoë-Anna Łuk, Z.", 3.0),
        )
    ]
    written, folder = write(tmp_path, *ones)
    assert [one for one, _ in written.left_out] == ones[:2]
    assert upload(folder) == (ITEM, {("#00126", "#zoe"): 3.0})
    assert len(pages(folder)) == 3


def test_a_row_that_the_caller_knows_is_used(tmp_path):
    sheet = BRIGHTSPACE.worksheet(GRADEBOOK.encode())
    ones = [returned(tmp_path, f"{n}-9", "Jane Doe", float(n), person=sheet.people[n]) for n in (1, 2)]
    written, folder = write(tmp_path, *ones)
    assert upload(folder) == (ITEM, {("#00124", "#jdoe"): 1.0, ("#00125", "#jdoe2"): 2.0})
    assert written.left_out == ()


def test_whoever_has_no_row_is_left_out_with_a_reason(tmp_path):
    stranger, above = returned(tmp_path, "1-9", "Nobody Here"), returned(tmp_path, "2-9", "Ann Doe", 26.01)
    ungraded = returned(tmp_path, "3-9", "Nobody Else", None)
    written, folder = write(tmp_path, stranger, above, ungraded)
    assert [(one, reason[:15]) for one, reason in written.left_out] == [
        (stranger, "the gradebook h"),
        (above, "the mark is abo"),
    ]
    assert upload(folder) == (ITEM, {})


def test_without_the_gradebook_there_is_feedback_and_no_file_of_marks(tmp_path):
    written, folder = write(tmp_path, returned(tmp_path, "1-9", "Ann Doe"), sheet="")
    assert [path.name for path in folder.iterdir()] == [FEEDBACK]
    assert "--worksheet" in written.steps[0].text
    assert "--worksheet" in written.left_out[0][1]
    assert pages(folder) == {f"1-9 - Ann Doe - {DATE}/feedback.html": "<p>1-9</p>"}


@pytest.mark.parametrize(
    ("assignment", "heading"),
    [
        (Assignment("x", column="Other"), "Other Points Grade <Numeric MaxPoints:10>"),
        (
            Assignment("x", column="Other Points Grade <Numeric MaxPoints:10>"),
            "Other Points Grade <Numeric MaxPoints:10>",
        ),
        (Assignment("Other"), "Other Points Grade <Numeric MaxPoints:10>"),
        (Assignment("Lab 9"), "Lab 9 Points Grade"),
        (Assignment("Lab 9", column="Gone"), "Gone Points Grade"),
        (Assignment("Letter"), "Letter Points Grade"),
    ],
)
def test_the_item_is_found_or_the_ta_is_told_to_name_it(tmp_path, assignment, heading):
    written, folder = write(tmp_path, returned(tmp_path, "1-9", "Ann Doe", 1.0), assignment=assignment)
    assert upload(folder) == (heading, {("#00123", "#adoe"): 1.0})
    assert ("the configuration" in written.steps[0].text) is ("MaxPoints" not in heading)


@pytest.mark.parametrize("name", NAMES)
def test_feedback_goes_back_under_the_folders_unchanged_name(tmp_path, name):
    folder = f"397063-2557369 - {name} - {DATE}"
    origin = BRIGHTSPACE.origin((folder, "lab.ipynb"), Export())
    assert origin is not None
    _, out = write(tmp_path, returned(tmp_path, "1-9", name, place=origin.place), sheet="")
    assert pages(out) == {f"{folder}/feedback.html": "<p>1-9</p>"}


def test_without_folders_the_page_begins_like_the_file(tmp_path):
    member = f"1-9 - Ann - Maria Doe - {DATE} - my - lab.ipynb"
    origin = BRIGHTSPACE.origin((member,), Export())
    assert origin is not None
    _, out = write(tmp_path, returned(tmp_path, "1-9", "Ann", place=origin.place), sheet="")
    assert pages(out) == {f"1-9 - Ann - Maria Doe - {DATE} - feedback.html": "<p>1-9</p>"}


def test_an_empty_class_has_an_empty_file(tmp_path):
    written, folder = write(tmp_path)
    assert upload(folder) == (ITEM, {})
    assert pages(folder) == {}
    assert written.left_out == ()
