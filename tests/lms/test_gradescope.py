"""Gradescope's exports: folders, metadata that may hold anything, and the table that is made of marks."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import yaml

from autograder.errors import UsageError
from autograder.lms import gradescope
from autograder.lms.blackboard import Blackboard
from autograder.lms.brightspace import Brightspace
from autograder.lms.gradescope import FEEDBACK, SCORES, Gradescope
from autograder.lms.known import KNOWN
from autograder.lms.model import Assignment, Export, Returned
from autograder.lms.plain import Plain
from autograder.lms.sakai import Sakai
from autograder.submissions.per_student import chosen, recognised
from autograder.uploads.uploaded import UploadedFile

GRADESCOPE = Gradescope()
LAB = Assignment("RNN lab")
ROOT = "assignment_8046601_export"
METADATA = """---
submission_101:
  :submitters:
  - :name: Solo Student
    :sid: '0100'
    :email: solo@uni.example
  :created_at: 2026-11-22 14:31:05.404838000 -08:00
  :score: 3.0
  :results:
    tests:
    - {name: a, output: "x: y", score: 1.0}
  :history:
  - :id: 7
    :created_at: 2020-01-01 00:00:00 Z
    :submitters:
    - :name: Somebody Else
submission_102:
  :submitters:
  - :name: "Pair: One"
    :sid: '200'
    :email: one@uni.example
  - :name: =cmd()
    :sid:
    :email: two@uni.example
  :created_at: 2026-11-23 00:00:00 Z
submission_103:
  :submitters: []
"""


def facts(text: str | bytes = METADATA, where=(ROOT,)):
    data = text.encode() if isinstance(text, str) else text
    return GRADESCOPE.export({(*where, "submission_metadata.yml"): data})


def test_the_metadata_tell_who_and_when():
    origin = GRADESCOPE.origin((ROOT, "submission_101", "sub", "lab.ipynb"), facts())
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.place) == ("101", "Solo Student", "submission_101")
    assert origin.path == ("sub", "lab.ipynb")
    assert origin.submitted == datetime(2026, 11, 22, 14, 31, 5, 404838, timezone(timedelta(hours=-8)))


def test_several_submitters_are_a_group():
    origin = GRADESCOPE.origin((ROOT, "submission_102", "lab.ipynb"), facts())
    assert origin is not None
    assert (origin.lms_id, origin.student) == ("102", "Pair: One, =cmd()")
    assert origin.submitted == datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize("where", [(), (ROOT,), ("down load (1)", ROOT)])
def test_folders_that_the_metadata_know_need_no_number(where):
    text = "submission_single:\n  :submitters:\n  - :name: Solo\n"
    origin = GRADESCOPE.origin((*where, "submission_single", "lab.ipynb"), facts(text, where))
    assert origin is not None
    assert (origin.lms_id, origin.student) == ("submission_single", "Solo")


# folder around, folder, identifier
FOLDERS = [
    ((ROOT,), "submission_1", "1"),
    ((ROOT,), "submission_103", "103"),
    (("x", ROOT), "submission_279541", "279541"),
    (("assignment_1_export",), "submission_0", "0"),
    ((), "submission_279541", "279541"),
    (("anything",), "submission_279541", "279541"),
]


@pytest.mark.parametrize(("around", "folder", "lms_id"), FOLDERS)
def test_without_metadata_the_number_has_to_do(around, folder, lms_id):
    origin = GRADESCOPE.origin((*around, folder, "lab.ipynb"), Export())
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.submitted) == (lms_id, folder, None)


@pytest.mark.parametrize(
    "path",
    [
        ("submission_1", "lab.ipynb"), ("submission_12", "lab.ipynb"), ("submission_Ann", "lab.ipynb"),
        ("my submission_123456", "lab.ipynb"), ("submission_123456.ipynb",), (ROOT, "lab.ipynb"), (ROOT,), ("lab.ipynb",),
        ("submission_123456x", "lab.ipynb"), ("Submission_123456", "lab.ipynb"), ("assignment_x_export", "submission_1", "a"),
        (ROOT, "x", "submission_1", "a"), ("submission_" * 9_000, "a"), ("submission_" + "1" * 100_000 + "x", "a"),
        ("submission_", "a"), ("Doe_12_assignsubmission_file", "lab.ipynb"), ("submission_-1", "a"), ("", "a"),
        ("submission_12345 ", "a"), (f"{ROOT}\n", "submission_1", "a"), ("submission_1.0", "a"), (f"{ROOT}2", "submission_1", "a"),
    ],
)  # fmt: skip
def test_other_names_are_nobodys(path):
    assert GRADESCOPE.origin(path, Export()) is None


def test_the_outermost_folder_counts():
    origin = GRADESCOPE.origin((ROOT, "submission_101", "submission_102", "lab.ipynb"), facts())
    assert origin is not None
    assert (origin.lms_id, origin.path) == ("101", ("submission_102", "lab.ipynb"))


@pytest.mark.parametrize(
    ("path", "fact"),
    [
        (("submission_metadata.yml",), True),
        ((ROOT, "submission_metadata.yml"), True),
        ((ROOT, "submission_101", "submission_metadata.yml"), False),
        ((ROOT, "submission_101", "x.zip", "submission_metadata.yml"), False),
        ((ROOT, "metadata.yml"), False),
    ],
)
def test_metadata_that_a_student_handed_in_are_not_asked(path, fact):
    assert GRADESCOPE.is_own_text(path) is fact


def test_the_metadata_that_lie_outermost_count():
    inner = METADATA.replace("Solo Student", "Inner")
    known = GRADESCOPE.export(
        {
            ("a", "b", "submission_metadata.yml"): inner.encode(),
            ("a", "submission_metadata.yml"): METADATA.encode(),
        }
    )
    origin = GRADESCOPE.origin(("a", "submission_101", "lab.ipynb"), known)
    assert origin is not None
    assert origin.student == "Solo Student"


NAMES = [
    "Ann Doe", "דוד אבי", "Zoë Łuk", "=SUM(A1)", "O'Brien", '"quoted"', ":name", "- dash", "Doe, Jane(x)", "Doe_12_99",
    "x" * 900, "null", "yes", "2026-11-22", "1e3", "*alias", "&anchor", "!!python/object:os.system", "a: b", "# no",
    "\u202eAnn", "submission_102", "1-2 - A - Sep 24, 2024 926 PM", "{a}", "[a]", "%", "@at", "`tick", "two\nlines", "~",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_arrive_as_they_are(name):
    text = yaml.safe_dump(
        {"submission_101": {":submitters": [{":name": name, ":sid": "1"}]}}, allow_unicode=True
    )
    origin = GRADESCOPE.origin((ROOT, "submission_101", "lab.ipynb"), facts(text))
    assert origin is not None
    assert (origin.lms_id, origin.student) == ("101", name)


def test_who_has_no_name_is_called_by_what_there_is():
    text = (
        "submission_1:\n  :submitters:\n  - :name: ~\n    :email: a@b\n  - :name:\n    :email:\n    :sid: 7\n"
    )
    origin = GRADESCOPE.origin((ROOT, "submission_1", "lab.ipynb"), facts(text))
    assert origin is not None
    assert origin.student == "a@b, 7"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22 14:31:05.404838000 Z", datetime(2026, 11, 22, 14, 31, 5, 404838, UTC)),
        ("2026-11-22 14:31:05 UTC", datetime(2026, 11, 22, 14, 31, 5, tzinfo=UTC)),
        ("'2026-11-22T14:31:05+01:00'", datetime(2026, 11, 22, 13, 31, 5, tzinfo=UTC)),
        ("2026-11-22 14:31:05 -0800", datetime(2026, 11, 22, 22, 31, 5, tzinfo=UTC)),
        ("2026-11-22 14:31:05", datetime(2026, 11, 22, 14, 31, 5)),
        ("2026-99-22 14:31:05 Z", None),
        ("yesterday", None),
        ("", None),
        ("[2026]", None),
    ],
)
def test_times_have_their_zone(text, moment):
    known = facts(f"submission_1:\n  :created_at: {text}\n")
    origin = GRADESCOPE.origin((ROOT, "submission_1", "lab.ipynb"), known)
    assert origin is not None
    assert origin.submitted == moment


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0", b"\xff\xfe", b"%", b"{", b"[" * 500_000, b"{" * 500_000, b"- " * 500_000, b"? " * 100_000, b"a: " * 1_000,
        b"&a [*a]", b"*a", b"!!python/object/apply:os.system [touch /nowhere]", b"- a\n" * 10_000, b"a", b"a: b", b"---\n---\n",
        b"submission_101: *x", b"submission_101: [1, 2]", b"submission_101:\n  :submitters: Ann",
        b"submission_101:\n  :submitters:\n    :name: Ann", b"submission_101:\n  :submitters:\n  - Ann\n  - [Ann]",
        b"? [submission_101]\n: {':submitters': [{':name': x}]}", b"submission_101: &a\n  <<: *a\n", BOMB.encode(),
        b"submission_101:\n  :submitters:\n  - :name: [Ann]\n    :sid: {a: b}",
    ],
)  # fmt: skip
def test_metadata_that_are_none_do_no_harm(data):
    known = facts(data)
    origin = GRADESCOPE.origin((ROOT, "submission_101", "lab.ipynb"), known)
    assert origin is not None
    assert (origin.lms_id, origin.submitted) == ("101", None)
    assert origin.student == "submission_101"


def test_aliases_of_texts_are_read_and_nothing_else_is_repeated():
    text = "submission_1:\n  :submitters: &s\n  - :name: &n Ann\n    :sid: *n\nsubmission_2:\n  :submitters: *s\n"
    known = facts(text)
    first = GRADESCOPE.origin((ROOT, "submission_1", "lab.ipynb"), known)
    second = GRADESCOPE.origin((ROOT, "submission_2", "lab.ipynb"), known)
    assert first is not None
    assert second is not None
    assert (first.student, second.student) == ("Ann", "submission_2")


def test_metadata_are_bounded(monkeypatch):
    crowd = "submission_1:\n  :submitters:\n" + "".join(f"  - :name: N{n}\n" for n in range(1_000))
    roster = facts(crowd).roster
    assert roster is not None
    assert len(roster.people) == gradescope.MOST_SUBMITTERS
    monkeypatch.setattr(gradescope, "LARGEST_METADATA", len(METADATA) - 1)
    assert facts() == Export()


def test_the_export_has_its_own_roster():
    roster = facts().roster
    assert roster is not None
    assert [(one.lms_id, one.name, one.login) for one in roster.people] == [
        ("101", "Solo Student", "solo@uni.example"), ("102", "Pair: One", "one@uni.example"), ("102", "=cmd()", "two@uni.example"),
    ]  # fmt: skip
    assert Export().roster is None


def test_files_of_one_submission_come_together(tmp_path):
    paths = [
        (ROOT, "submission_101", "lab.ipynb"),
        (ROOT, "submission_101", "draft.ipynb"),
        (ROOT, "submission_102", "lab.ipynb"),
    ]
    found = []
    for number, path in enumerate(paths):
        file = tmp_path / f"{number}.ipynb"
        file.write_text(str(number))
        found.append(UploadedFile(path, file))
    of_students, others = chosen(found, GRADESCOPE, facts(), "lab.ipynb")
    assert [one.found for one in of_students] == [found[0], found[2]]
    assert others == []


@pytest.mark.parametrize("wrapped", [(), ("download (1)",)])
def test_an_export_is_recognised(wrapped):
    everyone = [
        *(lms for lms in KNOWN if lms.name != "gradescope"),
        Blackboard(),
        Brightspace(),
        Sakai(),
        GRADESCOPE,
        Plain(),
    ]
    paths = [(*wrapped, ROOT, "submission_metadata.yml")]
    paths += [
        (*wrapped, ROOT, f"submission_{n}", name)
        for n in range(3)
        for name in ("a_17_99_b.ipynb", "Doe, J(j)", "c.pdf")
    ]
    assert recognised(paths, everyone) is GRADESCOPE
    assert recognised(paths, everyone[::-1]) is GRADESCOPE


def test_a_class_in_folders_that_count_is_not_an_export():
    paths = [(f"submission_{n}", "lab.ipynb") for n in range(3)]
    assert recognised(paths, [GRADESCOPE]) is None


# The TA's list

GRADES = (
    "First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,Submission Time,Lateness (H:M:S),View Count\n"
    "Solo,Student,0100,solo@uni.example,,20.5,26.0,Graded,101,2026-11-22 14:31:05 -0800,00:00:00,0\n"
    "Pair,One,200,one@uni.example,,,26.0,Ungraded,102,2026-11-23 00:00:00 -0800,25:01:02,0\n"
    "=cmd(),-1,201,two@uni.example,,,26.0,Ungraded,102,2026-11-23 00:00:00 -0800,25:01:02,0\n"
    "Not,There,300,none@uni.example,,,26.0,Missing,,,,0\n"
)


def test_the_grades_of_gradescope_are_a_roster():
    sheet = GRADESCOPE.worksheet(GRADES.encode("utf-8-sig"))
    assert [one.lms_id for one in sheet.people] == ["101", "102", "102", ""]
    assert [one.name for one in sheet.people] == ["Solo Student", "Pair One", "=cmd() -1", "Not There"]
    assert [one.mark for one in sheet.people] == ["20.5", "", "", ""]
    assert [one.late_seconds for one in sheet.people] == [0.0, 90_062.0, 90_062.0, None]
    assert [one.handed_in for one in sheet.people] == [True, True, True, False]


def test_a_name_in_one_column_will_do():
    (person,) = GRADESCOPE.worksheet(b"Name,SID,Email,Submission ID\nAnn,1,a@b,7\n").people
    assert (person.name, person.lms_id, person.cells["sid"]) == ("Ann", "7", "1")


@pytest.mark.parametrize("text", [METADATA, METADATA.removeprefix("---\n"), "\ufeff" + METADATA])
def test_the_metadata_are_a_roster_as_well(text):
    assert [one.login for one in GRADESCOPE.worksheet(text.encode()).people][:2] == [
        "solo@uni.example",
        "one@uni.example",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Download Grades"),
        ("Identifier,Grade\n", "submission_metadata.yml"),
        (GRADES + "only,three,cells\n", "line 6: expected 12 cells"),
        ("submission_1:\n  - [", "no submission_metadata.yml that can be read"),
    ],
)
def test_another_file_is_refused_with_what_was_expected(text, says):
    with pytest.raises(UsageError, match=says):
        GRADESCOPE.worksheet(text.encode())


# What is written


def returned(tmp_path, lms_id: str, points: float | None = 20.5, **changes) -> Returned:
    page = tmp_path / f"{len(list(tmp_path.glob('*.html')))}.html"
    page.write_text(f"<p>{lms_id}</p>")
    one = Returned(
        lms_id=lms_id, student="Ann Doe", place=f"submission_{lms_id}", path=("lab.ipynb",), team="", points=points,
        possible=26.0, comment="ok", feedback=page,
    )  # fmt: skip
    return replace(one, **changes)


def write(tmp_path, *of_class: Returned, sheet: str = ""):
    folder = tmp_path / "lms"
    folder.mkdir()
    written = GRADESCOPE.write(folder, of_class, LAB, GRADESCOPE.worksheet(sheet.encode()) if sheet else None)
    text = (folder / SCORES).read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(folder / FEEDBACK) as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    assert "takes no marks" in written.steps[0].text
    return written, list(csv.DictReader(io.StringIO(text, newline=""))), pages


@pytest.mark.parametrize("sheet", [METADATA, GRADES])
def test_every_member_of_a_group_has_a_row(tmp_path, sheet):
    written, rows, pages = write(
        tmp_path, returned(tmp_path, "101", 0.0), returned(tmp_path, "102"), sheet=sheet
    )
    assert [(row["email"], row["score"], row["submission"]) for row in rows] == [
        ("solo@uni.example", "0", "101"), ("one@uni.example", "20.5", "102"), ("two@uni.example", "20.5", "102"),
    ]  # fmt: skip
    assert rows[0]["sid"] == "0100"
    assert rows[2]["name"].startswith("'=cmd()")
    assert len(pages) == 2
    assert written.left_out == ()


def test_without_a_list_there_is_the_number_of_the_submission(tmp_path):
    written, rows, _ = write(tmp_path, returned(tmp_path, "101"), returned(tmp_path, "102", None))
    assert [(row["sid"], row["email"], row["name"], row["submission"]) for row in rows] == [
        ("", "", "Ann Doe", "101")
    ]
    assert "--worksheet" in written.steps[0].text


def test_a_group_of_the_courses_own_has_a_row_for_each_member(tmp_path):
    people = GRADESCOPE.worksheet(GRADES.replace(",102,", ",202,", 1).encode()).people
    ones = [returned(tmp_path, person.lms_id, team="101", person=person) for person in people[:2]]
    _, rows, _ = write(tmp_path, *ones, sheet=GRADES)
    assert [row["email"] for row in rows] == ["solo@uni.example", "one@uni.example"]


def test_whom_nobody_knows_is_left_out(tmp_path):
    nobody = returned(tmp_path, "")
    written, rows, pages = write(tmp_path, nobody, returned(tmp_path, "", None))
    assert [one for one, _ in written.left_out] == [nobody]
    assert rows == []
    assert len(pages) == 2


def test_an_empty_class_has_an_empty_table(tmp_path):
    written, rows, pages = write(tmp_path, sheet=METADATA)
    assert (rows, pages, written.left_out) == ([], {}, ())


def test_without_libyaml_the_metadata_say_the_same(monkeypatch):
    expected = facts().roster
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert facts().roster == expected
    assert facts("[" * 10_000) == Export()
    assert facts("submission_1: ~\n") == Export()
