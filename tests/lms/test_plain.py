"""A folder without an LMS, and names by a TA's own pattern."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from autograder.config.schema import Limits, LmsSettings
from autograder.errors import UsageError
from autograder.lms.handback import folder_name
from autograder.lms.model import Assignment, Export, Returned
from autograder.lms.plain import FEEDBACK, MARKS, Pattern, Plain
from autograder.lms.returning import write_lms
from autograder.model import Grade, Status, Submission
from autograder.submissions.discover import discover
from autograder.submissions.per_student import MOST_LOOKED_AT, chosen, recognised
from autograder.uploads.uploaded import UploadedFile
from tests.conftest import ROOT, entry_of

LAB = Assignment("Lab 9")
SUBMISSION = r"^(?P<id>s\d+)[_ ]+(?P<name>[^/]+)/(?:(?P<late>LATE)/)?(?:v(?P<attempt>\d+)/)?(?P<file>.+)$"


@pytest.fixture
def page(tmp_path):
    """Makes feedback pages, each named like its submission."""

    def make(name: str):
        file = tmp_path / f"{name}.html"
        file.write_text(f"<p>{name}</p>")
        return file

    return make


def returned(student: str, feedback, **changes) -> Returned:
    one = Returned(
        lms_id="", student=student, place="", path=("lab.ipynb",), team="", points=20.5, possible=26.0,
        comment="20.5 of 26 points", feedback=feedback,
    )  # fmt: skip
    return replace(one, **changes)


def written(tmp_path, returned_):
    folder = tmp_path / "lms"
    folder.mkdir()
    result = Plain().write(folder, returned_, LAB, None)
    data = (folder / MARKS).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    with zipfile.ZipFile(folder / FEEDBACK) as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    return result, rows, pages


def test_it_is_never_recognised():
    paths = [("Ann Bee", "lab.ipynb"), ("lab.ipynb",), ("Doe_1_assignsubmission_file", "lab.ipynb")]
    assert [Plain().origin(path, Export()) for path in paths] == [None] * 3
    assert recognised(paths, [Plain()]) is None


def test_marks_are_a_table_for_a_spreadsheet(tmp_path, page):
    result, rows, _ = written(
        tmp_path,
        [
            returned("Zoë Łuk", page("a")),
            returned("=cmd|' /C calc'!A0", page("b"), lms_id="+49", comment="=1+1"),
            returned("Never Graded", page("c"), points=None),
            returned("Zero", page("d"), points=0.0),
        ],
    )
    assert [row["mark"] for row in rows] == ["20.5", "20.5", "", "0"]
    assert [row["maximum"] for row in rows] == ["26"] * 4
    assert rows[0]["student"] == "Zoë Łuk"
    assert rows[0]["id"] == "a", "without an identifier, the submission's"
    assert rows[1]["student"].startswith("'=")
    assert rows[1]["comment"].startswith("'=")
    assert [step.file for step in result.steps] == [MARKS, FEEDBACK]
    assert result.left_out == ()


def test_every_student_has_a_folder_and_keeps_their_own_page(tmp_path, page):
    names = [
        "Ann Bee", "Ann Bee", "ann bee", "../../etc", "a/b\\c", "CON", "con.txt", "", "   ", ".hidden", "~lock",
        "x" * 300, "x" * 300, "שלום", "Zoë", unicodedata.normalize("NFD", "Zoë"), "\u202egnp.exe", "a\0b", "\ud800",
        "Ann Bee (p1)", "trailing. . .", 'q"u:o*t?e', "p21", "STRASSE", "straße",
    ]  # fmt: skip
    _, rows, pages = written(tmp_path, [returned(name, page(f"p{n}")) for n, name in enumerate(names)])
    assert len(pages) == len(rows) == len(names)
    assert sorted(pages.values()) == sorted(f"<p>p{n}</p>" for n in range(len(names)))
    keys = {unicodedata.normalize("NFC", name.casefold()) for name in pages}
    assert len(keys) == len(names), "also where capitals do not count"
    for name in pages:
        folder, file = name.split("/")
        assert file == "feedback.html"
        assert folder == folder.strip(" .")
        assert not set(folder) & set('<>:"\\|?*\0\u202e')
        assert 0 < len(folder) <= 200
        assert folder.lower().split(".")[0] not in {"con", "aux", "nul"}
    assert "Ann Bee (p0)/feedback.html" in pages
    assert "Ann Bee (p1)/feedback.html" in pages
    assert "Ann Bee (p1) 2/feedback.html" in pages, "somebody is really called that"


def test_an_empty_class_has_an_empty_table(tmp_path):
    _, rows, pages = written(tmp_path, [])
    assert rows == []
    assert pages == {}


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("", "student"),
        ("...", "student"),
        ("a/b", "a b"),
        ("NUL", "NUL_"),
        ("com1.x", "com1_.x"),
        ("Conny", "Conny"),
        ("aux .y", "aux_ .y"),
        ("x" * 99, "x" * 59 + "…"),
    ],
)
def test_names_become_folders(name, folder):
    assert folder_name(name) == folder


def test_there_is_no_worksheet():
    with pytest.raises(UsageError, match="leave the option out"):
        Plain().worksheet(b"Identifier,Grade\n")


# A TA's own pattern


def test_a_pattern_names_the_student():
    origin = Pattern(SUBMISSION).origin(("s12_Ann Bee", "LATE", "v3", "sub", "lab.ipynb"), Export())
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.path) == ("s12", "Ann Bee", ("sub", "lab.ipynb"))
    assert (origin.late, origin.attempt, origin.submitted) == (True, 3, None)


def test_what_did_not_match_is_not_there():
    origin = Pattern(SUBMISSION).origin(("s12 Ann Bee", "lab.ipynb"), Export())
    assert origin is not None
    assert (origin.late, origin.attempt) == (False, 0)
    assert Pattern(SUBMISSION).origin(("Ann Bee", "lab.ipynb"), Export()) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T14:31", datetime(2026, 11, 22, 14, 31)),
        ("20261122T143100", datetime(2026, 11, 22, 14, 31)),
        ("2026-11-22", datetime(2026, 11, 22)),
        ("2026-11-22T14:31:00+01:00", datetime(2026, 11, 22, 14, 31, tzinfo=timezone(timedelta(hours=1)))),
        ("22.11.2026", None),
        ("2026-13-22", None),
    ],
)
def test_times_are_iso(text, moment):
    origin = Pattern(r"(?P<id>\w+)@(?P<time>.+)\.ipynb").origin((f"ann@{text}.ipynb",), Export())
    assert origin is not None
    assert origin.submitted == moment


@pytest.mark.parametrize(
    ("text", "attempt"), [("7", 7), ("007", 7), ("٣", 3), ("x", 0), ("", 0), ("9" * 5000, 0)]
)
def test_attempts_are_whole_numbers(text, attempt):
    path = (f"ann-{text[:500]}-lab.ipynb",)
    origin = Pattern(r"(?P<name>\w+)-(?P<attempt>[^-]*)-(?P<file>.+)").origin(path, Export())
    assert origin is not None
    assert origin.attempt == attempt


@pytest.mark.parametrize(
    ("regex", "says"),
    [
        ("(?P<id>", "no regular expression"),
        ("(?P<id>[0-9]+)*+(", "no regular expression"),
        ("(?P<id>a{99999999999})", "no regular expression"),
        (r"(?P<student>\w+)", "may be called student"),
        (r"(?P<id>\d+)(?P<ID>\d+)", "may be called ID"),
        (r"(\w+)/", r"\(\?P<id>…\) or \(\?P<name>…\) is needed"),
        (r"(?P<file>.+)", "is needed"),
        ("", "is needed"),
    ],
)
def test_a_wrong_pattern_says_what_is_wrong_and_which_groups_there_are(regex, says):
    with pytest.raises(UsageError, match=says) as error:
        Pattern(regex)
    assert "id, name, file, late, time, attempt" in str(error.value)
    assert len(str(error.value)) < 600


def test_an_odd_but_legal_pattern_is_taken():
    assert Pattern("[[a](?P<id>x)").origin(("[x",), Export()) is not None  # Python warns of [[


def test_long_paths_match_nothing():
    pattern = Pattern(r"(?P<id>(?:a|a)+)$")
    assert pattern.origin(("a" * 20,), Export()) is not None
    assert pattern.origin(("a" * 1_001,), Export()) is None
    assert pattern.origin(("a" * 100_000, "b.ipynb"), Export()) is None


def test_an_empty_match_names_nobody():
    assert Pattern(r"(?P<id>\d*)(?P<name>_?)").origin(("lab.ipynb",), Export()) is None


def files(tmp_path, *paths):
    result = []
    for count, path in enumerate(paths):
        file = tmp_path / f"{count}.ipynb"
        file.write_text(path)
        result.append(UploadedFile(tuple(path.split("/")), file))
    return result


def test_with_a_pattern_files_of_one_student_come_together(tmp_path):
    found = files(
        tmp_path, "s1_Ann/v1/lab.ipynb", "s1_Ann/v2/lab.ipynb", "s2_Ann/lab.ipynb", "readme/lab.ipynb"
    )
    of_students, others = chosen(found, Pattern(SUBMISSION), Export(), "lab.ipynb")
    assert [(one.origin.lms_id, "/".join(one.found.path)) for one in of_students] == [
        ("s1", "s1_Ann/v2/lab.ipynb"), ("s2", "s2_Ann/lab.ipynb"),
    ]  # fmt: skip
    assert others == found[3:]


def test_without_an_identifier_a_name_in_another_folder_may_be_somebody_else(tmp_path):
    found = files(tmp_path, "A/Ann Bee/v1/lab.ipynb", "A/Ann Bee/v2/lab.ipynb", "B/Ann Bee/v1/lab.ipynb")
    pattern = Pattern(r"^\w/(?P<name>[^/]+)/v(?P<attempt>\d+)/(?P<file>.+)$")
    of_students, _ = chosen(found, pattern, Export(), "lab.ipynb")
    assert [one.origin.place for one in of_students] == ["A/Ann Bee", "B/Ann Bee"]
    assert [one.found for one in of_students] == found[1:]


def test_what_stands_before_the_name_but_differs_between_files_does_not_split_a_student(tmp_path):
    found = files(tmp_path, "1-LATE-Ann-lab.ipynb", "2--Ann-lab.ipynb")
    pattern = Pattern(r"^(?P<attempt>\d)-(?P<late>LATE)?-(?P<name>\w+)-(?P<file>.+)$")
    of_students, _ = chosen(found, pattern, Export(), "lab.ipynb")
    assert [one.found for one in of_students] == found[1:]


def test_what_goes_back_is_as_without_an_lms(tmp_path, page):
    folder = tmp_path / "lms"
    folder.mkdir()
    result = Pattern(SUBMISSION).write(folder, [returned("Ann Bee", page("a"), lms_id="s1")], LAB, None)
    assert [step.file for step in result.steps] == [MARKS, FEEDBACK]
    assert "Ann Bee,s1,20.5,26," in (folder / MARKS).read_text(encoding="utf-8-sig")


def chosen_of(tmp_path, *paths):
    pattern = Pattern(r"^(?P<name>\w+)/v(?P<attempt>\d)/(?P<file>.+)$")
    of_students, _ = chosen(
        files(tmp_path, *paths), pattern, Export(), "lab.ipynb",
        lambda one, _: one.file.read_text().endswith("untouched.ipynb") or "v3" in one.file.read_text(),
    )  # fmt: skip
    return ["/".join(one.found.path) for one in of_students], [one.set_aside for one in of_students]


def test_copies_that_jupyter_keeps_and_the_untouched_template_win_over_nothing(tmp_path):
    graded, notes = chosen_of(
        tmp_path,
        "Ann/v1/lab-checkpoint.ipynb", "Ann/v1/mine.ipynb", "Ann/v1/untouched.ipynb",
        "Bob/v1/lab.ipynb", "Bob/v3/lab.ipynb",
        "Cid/v3/lab.ipynb", "Cid/v3/other.ipynb",
        "Dee/v1/lab-checkpoint.ipynb", "Eve/v1/untouched.ipynb",
    )  # fmt: skip
    assert graded == [
        "Ann/v1/mine.ipynb", "Bob/v1/lab.ipynb", "Cid/v3/lab.ipynb", "Dee/v1/lab-checkpoint.ipynb",
        "Eve/v1/untouched.ipynb",
    ]  # fmt: skip
    assert notes[0] == (
        "also handed in, not graded: lab-checkpoint.ipynb (a copy that Jupyter keeps)",
        "also handed in, not graded: untouched.ipynb (the untouched template)",
    )
    assert notes[1] == ("also handed in, not graded: lab.ipynb (the untouched template)",)
    assert notes[2] == ("also handed in, not graded: other.ipynb",)
    assert notes[3:] == [(), ()]


def test_the_untouched_template_is_looked_for_among_a_few_notebooks(tmp_path):
    asked = []
    for count in (MOST_LOOKED_AT, MOST_LOOKED_AT + 1):
        one_student = Pattern(r"^(?P<name>\w+)/(?P<file>.+)$")
        found = files(tmp_path, *(f"Ann{count}/{number}.ipynb" for number in range(count)))
        chosen(found, one_student, Export(), "lab.ipynb", lambda one, _: bool(asked.append(one.path[0])))
    assert asked == [f"Ann{MOST_LOOKED_AT}"] * MOST_LOOKED_AT


TEAMS = "Submitted files/(?P<name>[^/]+)/[^/]+/Version (?P<attempt>[0-9]+)/(?P<file>.+)"

VPL = "(?P<name>[^/]+)/(?P<attempt>[0-9-]{19})/(?P<file>.+)"


@pytest.mark.parametrize(
    ("pattern", "path", "student", "attempt"),
    [
        (TEAMS, "x/Submitted files/Ann B/Lab 9/Version 12/rnn_lab.ipynb", "Ann B", 12),
        ("submitted/(?P<id>[^/]+)/[^/]+/(?P<file>.+)", "submitted/ann/lab9/rnn_lab.ipynb", "ann", 0),
        (VPL, "x/Ann B 12/2026-11-30-10-22-33/rnn_lab.ipynb", "Ann B 12", 2026_11_30_10_22_33),
        ("^lab9-(?P<id>[^/]+)/(?P<file>.+)", "lab9-ann/rnn_lab.ipynb", "ann", 0),
    ],
)
def test_the_patterns_of_the_readme_name_the_student(
    pattern: str, path: str, student: str, attempt: int
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f'--name-pattern "{pattern}"' in readme
    origin = Pattern(pattern).origin(tuple(path.split("/")), Export())
    assert origin is not None
    assert (origin.student, origin.attempt, origin.path) == (student, attempt, ("rnn_lab.ipynb",))


def test_the_results_that_vpl_puts_beside_an_attempt_are_none():
    assert Pattern(VPL).origin(("Ann B 12", "2026-11-30-10-22-33.ceg", "execution.txt"), Export()) is None


def test_the_newest_version_of_a_students_is_graded(tmp_path):
    members = {
        f"Submitted files/{name}/Lab 9/Version {number}/rnn_lab.ipynb": b'{"cells": [], "v": %d}' % number
        for name, number in (("Ann", 2), ("Ann", 10), ("Bo", 1))
    }
    archive = tmp_path / "teams.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for member, data in members.items():
            zipped.writestr(member, data)
    (tmp_path / "spool").mkdir()
    found = discover([archive], tmp_path / "spool", Limits(), "rnn_lab.ipynb", lms=Pattern(TEAMS))
    assert {one.student: one.source.split("/")[3] for one in found} == {
        "Ann": "Version 10",
        "Bo": "Version 1",
    }


def test_what_the_course_team_says_about_the_whole_goes_back_in_the_comment(tmp_path, page) -> None:
    said = "Well done,\nsee me about <b>exercise 2</b>. " + "x" * 2000
    grade = Grade(Submission("s", "s.ipynb", "S"), Status.GRADED, mark=0.0, comment=said)
    (tmp_path / "feedback").mkdir()
    (tmp_path / "feedback" / "s.html").write_text("<p>s</p>")
    write_lms(tmp_path, [entry_of(grade)], Plain(), None, "Lab 9", LmsSettings())
    rows = list(csv.DictReader((tmp_path / "lms" / MARKS).read_text("utf-8-sig").splitlines()))
    assert (
        "points. From the course team: Well done, see me about <b>exercise 2</b>. xxx" in rows[0]["comment"]
    )
    assert rows[0]["comment"].endswith("… The attached page tells more.")
    assert len(rows[0]["comment"]) < 700
