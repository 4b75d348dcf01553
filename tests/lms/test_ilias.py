"""ILIAS: folders of an export, the plug-in's list, feedback for many.

The little readers below follow what ILIAS and the plug-in ExerciseStatusFile do with the files.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.lms.canvas import Canvas
from autograder.lms.ilias import FEEDBACK, GRADES, PLUGIN, Ilias
from autograder.lms.known import KNOWN
from autograder.lms.model import Assignment, Export, Returned
from autograder.lms.openolat import OpenOlat
from autograder.submissions.per_student import recognised

ILIAS = Ilias()
LAB = Assignment(title="RNN-Übung 9: a/b")
MEMBER_TITLES = [
    "update", "usr_id", "login", "lastname", "firstname", "status", "mark", "notice", "comment", "plagiarism", "plag_comment",
]  # fmt: skip
TEAM_TITLES = [
    "update",
    "team_id",
    "logins",
    "status",
    "mark",
    "notice",
    "comment",
    "plagiarism",
    "plag_comment",
]

STATUS = (
    ",".join(MEMBER_TITLES) + "\n"
    "0,4711,jdoe,Doe,Jane,passed,21,secret note,old comment,,\n"
    "0,4712,jdoe2,Doe,Jane,notgraded,,,,,\n"
    "0,4713,roe,Roe,Rob,failed,,,,,\n"
)

PATHS = [
    # path, user, the student's own path, place
    ("RNN/Submissions/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jdoe_4711"),
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jdoe_4711"),
    ("RNN/Abgaben/Doe_Jane_jane_doe_4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jane_doe_4711"),
    ("RNN/Abgaben/Mueller-Luedenscheidt_Juergen_ml_12/a.ipynb", "12", "a.ipynb", "Mueller-Luedenscheidt_Juergen_ml_12"),
    ("RNN/Abgaben/von der Heide_Anna Lena_avdh_12/a.ipynb", "12", "a.ipynb", "von der Heide_Anna Lena_avdh_12"),
    ("RNN/Abgaben/______wang_12/a.ipynb", "12", "a.ipynb", "______wang_12"),
    ("RNN/Abgaben/O'Neil_Pat_po@uni.example_12/a.ipynb", "12", "a.ipynb", "O'Neil_Pat_po@uni.example_12"),
    ("RNN/Abgaben/Doe_7_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Doe_7_jdoe_4711"),
    ("RNN/Abgaben/12_34_56_78/a.ipynb", "78", "a.ipynb", "12_34_56_78"),
    ("RNN/Abgaben/=1+1_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "=1+1_Jane_jdoe_4711"),
    ("RNN/Abgaben/(x)_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "(x)_Jane_jdoe_4711"),
    (f"RNN/Abgaben/{'x' * 200}_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", f"{'x' * 200}_Jane_jdoe_4711"),
    ("RNN/Abgaben/Team 17/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Team 17/Doe_Jane_jdoe_4711"),
    ("RNN/Soumissions/Équipe 17/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Équipe 17/Doe_Jane_jdoe_4711"),
    ("M_F_RNN_77/Team_17/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Team_17/Doe_Jane_jdoe_4711"),
    ("Multi_Feedback_Individual_RNN_77/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jdoe_4711"),
    # wrapped, and titles that look like a student's folder
    ("download/x/RNN/Abgaben/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jdoe_4711"),
    ("Lab_RNN_week_09/Abgaben/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jdoe_4711"),
    ("Lab_RNN_week_09/Palautukset/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jdoe_4711"),
    ("RNN/Palautukset/Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jdoe_4711"),
    ("Doe_Jane_jdoe_4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jdoe_4711"),
    # logins may end in underscores
    ("RNN/Abgaben/Doe_Jane_jdoe__4711/a.ipynb", "4711", "a.ipynb", "Doe_Jane_jdoe__4711"),
    ("RNN/Abgaben/D___J_._jd___4711/a.ipynb", "4711", "a.ipynb", "D___J_._jd___4711"),
    # below the student's folder
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/my_sub_folder_7/a.ipynb", "4711", "my_sub_folder_7/a.ipynb", "Doe_Jane_jdoe_4711"),
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/Submissions/Roe_Rob_roe_9/a.ipynb", "4711", "Submissions/Roe_Rob_roe_9/a.ipynb", "Doe_Jane_jdoe_4711"),
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/lab.zip/Roe_Rob_roe_9/a.ipynb", "4711", "lab.zip/Roe_Rob_roe_9/a.ipynb", "Doe_Jane_jdoe_4711"),
    ("RNN/Palautukset/Doe_Jane_jdoe_4711/lab.zip/Roe_Rob_roe_9/a.ipynb", "4711", "lab.zip/Roe_Rob_roe_9/a.ipynb", "Doe_Jane_jdoe_4711"),
    # file names
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/Roe_Rob_roe_9", "4711", "Roe_Rob_roe_9", "Doe_Jane_jdoe_4711"),
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/rnn (2).ipynb", "4711", "rnn (2).ipynb", "Doe_Jane_jdoe_4711"),
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/2026_a.ipynb", "4711", "2026_a.ipynb", "Doe_Jane_jdoe_4711"),
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/99999999999999_a.ipynb", "4711", "99999999999999_a.ipynb", "Doe_Jane_jdoe_4711"),
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/20261122143107_", "4711", "20261122143107_", "Doe_Jane_jdoe_4711"),
    ("RNN/Abgaben/Doe_Jane_jdoe_4711/later - a.ipynb", "4711", "later - a.ipynb", "Doe_Jane_jdoe_4711"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "user", "own", "place"), PATHS)
def test_a_path_gives_the_user_and_the_students_own_path(path, user, own, place):
    origin = ILIAS.origin(tuple(path.split("/")), Export())
    assert origin is not None
    assert (origin.lms_id, "/".join(origin.path), origin.place) == (user, own, place)
    assert not origin.late
    assert origin.submitted is None


NO_STUDENTS = [
    "a.ipynb",
    "lab_week_9/a.ipynb",
    "submissions_lab_09/alice/a.ipynb",
    "RNN/RNN.xlsx",
    "RNN/Abgaben/Doe_Jane/a.ipynb",
    "RNN/Abgaben/_12/a.ipynb",
    "RNN/Abgaben/Doe__12/a.ipynb",
    "RNN/Abgaben/Doe_Jane_jdoe_١٢/a.ipynb",
    "RNN/Feedback_files/to_Doe_Jane_jdoe_4711/from_Roe_Rob_roe_9/a.ipynb",
    "Multi_Feedback_Individual_RNN_77/status.csv",
    "ita_RNN_lab_2026-11-22_14_31_07/Doe_Jane_jdoe/1_submissions/a.ipynb",
]


@pytest.mark.parametrize("path", NO_STUDENTS)
def test_what_is_no_students_folder_is_not_taken_for_one(path):
    assert ILIAS.origin(tuple(path.split("/")), Export()) is None


def test_what_students_wrote_about_each_other_is_nobodys_submission():
    assert ILIAS.is_given(("RNN", "Feedback_files", "to_a_b_c_1", "from_d_e_f_2", "a.ipynb"))
    assert not ILIAS.is_given(("RNN", "Abgaben", "alice", "a.ipynb"))


MARKED = [
    ("Late Submission - a.ipynb", "a.ipynb", None, True),
    ("Verspaetete Abgabe - a.ipynb", "a.ipynb", None, True),
    ("20261122143107_a.ipynb", "a.ipynb", datetime(2026, 11, 22, 14, 31, 7), False),
    ("Late Submission - 20261122143107_a.ipynb", "a.ipynb", datetime(2026, 11, 22, 14, 31, 7), True),
    ("20261122143107_Late Submission - a.ipynb", "a.ipynb", datetime(2026, 11, 22, 14, 31, 7), True),
    (
        "20261122143107_20251122143107_a.ipynb",
        "20251122143107_a.ipynb",
        datetime(2026, 11, 22, 14, 31, 7),
        False,
    ),
]


@pytest.mark.parametrize(("name", "own", "submitted", "late"), MARKED)
def test_times_and_lateness_are_in_the_files_name(name, own, submitted, late):
    origin = ILIAS.origin(("RNN", "Abgaben", "Doe_Jane_jdoe_4711", name), Export())
    assert origin is not None
    assert (origin.path, origin.submitted, origin.late) == ((own,), submitted, late)


@pytest.mark.parametrize("unit", ["_1", "1_", "Late Submission - ", "20261122143107_", "Team 1"])
def test_long_names_are_read_quickly(unit):
    name = unit * (100_000 // len(unit))
    ILIAS.origin(("RNN", "Abgaben", name, name), Export())
    ILIAS.origin(("RNN", name, "Doe_Jane_jdoe_4711", name), Export())


def test_an_export_is_recognised_among_all():
    everybody = [
        *KNOWN,
        OpenOlat(),
        Canvas(),
        *([] if any(one.name == "ilias" for one in KNOWN) else [ILIAS]),
    ]
    paths = [tuple(path.split("/")) for path, *_ in PATHS] + [("RNN", "RNN.xlsx")]
    found = recognised(paths, everybody)
    assert found is not None
    assert found.name == "ilias"


# The plug-in's list


@pytest.mark.parametrize("text", [STATUS, "\ufeff" + STATUS, STATUS.replace(",", ";"), STATUS + "\n"])
def test_the_plugins_list_is_a_list_of_the_class(text):
    worksheet = ILIAS.worksheet(text.encode())
    assert [(one.lms_id, one.name, one.login, one.mark) for one in worksheet.people] == [
        ("4711", "Doe, Jane", "jdoe", "21"),
        ("4712", "Doe, Jane", "jdoe2", ""),
        ("4713", "Roe, Rob", "roe", ""),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["status.csv"]),
        ("Identifier,Grade\n", ["Identifier", "usr_id"]),
        (",".join(TEAM_TITLES) + "\n", ["teams"]),
        (STATUS.replace("4712", "4.7E3"), ["line 3", "4.7E3"]),
        (STATUS + "1\n", ["line 5", "number"]),
    ],
)
def test_a_wrong_list_is_refused_with_what_to_do(text, words):
    with pytest.raises(UsageError) as caught:
        ILIAS.worksheet(text.encode())
    assert all(word in str(caught.value) for word in words)


# What goes back


def returned(tmp_path: Path, path: str, points: float | None = 20.0, **fields) -> Returned:
    origin = ILIAS.origin((*path.split("/"), "a.ipynb"), Export())
    assert origin is not None
    page = tmp_path / f"page {origin.lms_id}.html"
    page.write_text(f"page of {origin.lms_id}")
    one = Returned(
        lms_id=origin.lms_id,
        student=origin.student,
        place=origin.place,
        path=origin.path,
        team="",
        points=points,
        possible=25.0,
        comment='20 of 25 points, "W \\ b\\"',
        feedback=page,
    )
    return replace(one, **fields)


def plugin_rows(text: str, titles: list[str]) -> dict[str, list[str]]:
    """Rows by identifier as the plug-in reads them: by position, with PHP's idea of a backslash."""
    assert "\\" not in text, "PHP takes a backslash before a quote for an escape"
    rows = list(csv.reader(io.StringIO(text), strict=True))
    assert rows[0] == titles
    for row in rows[1:]:
        assert len(row) == len(titles)
        assert row[0] == "1"
        assert row[titles.index("status")] in ("passed", "failed", "notgraded")
        assert not any(cell.startswith("=") for cell in row)
    assert len({row[1] for row in rows[1:]}) == len(rows) - 1
    return {row[1]: row for row in rows[1:]}


def marks(folder: Path, titles: list[str] = MEMBER_TITLES) -> dict[str, str]:
    rows = plugin_rows((folder / GRADES).read_text(encoding="utf-8"), titles)
    return {key: row[titles.index("mark")] for key, row in rows.items()}


def taken_back(folder: Path) -> dict[int, str]:
    """Pages by user, as ILIAS finds them in its archive."""
    found = {}
    with zipfile.ZipFile(folder / FEEDBACK) as archive:
        for entry in archive.namelist():
            parts = entry.split("/")
            assert len(parts) == 3
            assert parts[0][:14] == "multi_feedback"
            assert entry.isascii()
            user = int(parts[1].split("_")[-1])
            assert user not in found
            assert not parts[2].startswith(".")
            found[user] = archive.read(entry).decode()
    return found


def taken_by_plugin(folder: Path, *, teams: bool) -> dict[int, str]:
    """Pages by user or team, as the plug-in finds them; its list must be in the archive."""
    found = {}
    with zipfile.ZipFile(folder / PLUGIN) as archive:
        (status,) = [name for name in archive.namelist() if name.rpartition("/")[2] == "status.csv"]
        assert archive.read(status).decode() == (folder / GRADES).read_text(encoding="utf-8")
        for entry in archive.namelist():
            pattern = r"/Team_(\d+)/[^/]+/([^/]+)$" if teams else r"/[^/]+_[^/]+_[^/]+_(\d+)/([^/]+)$"
            if match := re.search(pattern, entry):
                assert int(match[1]) not in found
                found[int(match[1])] = archive.read(entry).decode()
            assert teams or not re.search(r"Team_\d+/", entry)
    return found


def test_marks_and_pages_arrive_at_the_right_student(tmp_path):
    all_of_them = [
        returned(tmp_path, "RNN/Abgaben/Doe_Jane_jdoe_4711", 19.25),
        returned(tmp_path, "RNN/Abgaben/Doe_Jane_jdoe2_4712", 0.0),
        returned(tmp_path, "RNN/Abgaben/=1+1_Rob_roe_4713", 30.0),
        returned(tmp_path, "RNN/Abgaben/Poe_Pia_poe_4714", None),
    ]
    written = ILIAS.write(tmp_path, all_of_them, LAB, None)
    assert marks(tmp_path) == {"4711": "19.25", "4712": "0", "4713": "30"}
    pages = {user: f"page of {user}" for user in (4711, 4712, 4713, 4714)}
    assert taken_back(tmp_path) == pages
    assert taken_by_plugin(tmp_path, teams=False) == pages
    assert written.left_out == ()
    assert [step.file for step in written.steps] == [GRADES, FEEDBACK, PLUGIN]
    assert "--worksheet" in written.steps[0].text


def test_status_and_notice_stay_as_the_list_has_them(tmp_path):
    worksheet = ILIAS.worksheet(STATUS.encode())
    folders = {"4711": "Doe_Jane_jdoe_4711", "4713": "Roe_Rob_roe_4713"}
    all_of_them = [
        returned(tmp_path, f"RNN/Abgaben/{folder}", person=worksheet.person(user))
        for user, folder in folders.items()
    ]
    all_of_them.append(returned(tmp_path, "RNN/Abgaben/Poe_Pia_poe_4714"))
    written = ILIAS.write(tmp_path, all_of_them, LAB, worksheet)
    rows = plugin_rows((tmp_path / GRADES).read_text(encoding="utf-8"), MEMBER_TITLES)
    assert rows["4711"] == [
        "1",
        "4711",
        "jdoe",
        "Doe",
        "Jane",
        "passed",
        "20",
        "secret note",
        "20 of 25 points, ”W ⧵ b⧵”",
        "",
        "",
    ]
    assert rows["4713"][5:8] == ["failed", "20", ""]
    assert [(one.lms_id, "not on your list" in reason) for one, reason in written.left_out] == [
        ("4714", True)
    ]


def test_a_team_gets_one_row_and_every_known_member_the_page(tmp_path):
    path = "RNN/Abgaben/Team 17/Doe_Jane_jdoe_4711"
    members = [returned(tmp_path, path, lms_id=user, team="4711") for user in ("4711", "4712")]
    ILIAS.write(tmp_path, members, replace(LAB, teams=True), None)
    assert marks(tmp_path, TEAM_TITLES) == {"17": "20"}
    assert taken_back(tmp_path) == {4711: "page of 4711", 4712: "page of 4711"}
    assert taken_by_plugin(tmp_path, teams=True) == {17: "page of 4711"}


def test_a_team_whose_members_nobody_named_still_gets_its_page(tmp_path):
    one = returned(tmp_path, "RNN/Abgaben/Team 17/Doe_Jane_jdoe_4711", lms_id="", team="4711")
    written = ILIAS.write(tmp_path, [one], replace(LAB, teams=True), None)
    assert marks(tmp_path, TEAM_TITLES) == {"17": "20"}
    assert taken_back(tmp_path) == {4711: "page of 4711"}
    assert written.left_out == ()


def test_a_team_with_different_marks_gets_none(tmp_path):
    all_of_them = [
        returned(tmp_path, "RNN/Abgaben/Team 17/Doe_Jane_jdoe_4711", 20.0),
        returned(tmp_path, "RNN/Abgaben/Team 17/Roe_Rob_roe_4713", 21.0),
        returned(tmp_path, "RNN/Abgaben/Team 18/Poe_Pia_poe_4714", 5.0),
        returned(tmp_path, "RNN/Abgaben/Coe_Cem_coe_4715", 5.0),
    ]
    written = ILIAS.write(tmp_path, all_of_them, LAB, None)
    assert marks(tmp_path, TEAM_TITLES) == {"18": "5"}
    assert {one.lms_id for one, _ in written.left_out} == {"4711", "4713", "4715"}


def test_without_a_number_there_is_no_row_and_no_folder(tmp_path):
    all_of_them = [
        returned(tmp_path, "RNN/Abgaben/Doe_Jane_jdoe_4711", lms_id="", team="4711"),
        returned(tmp_path, "RNN/Abgaben/Roe_Rob_roe_4713", lms_id="../x"),
    ]
    written = ILIAS.write(tmp_path, all_of_them, LAB, None)
    assert marks(tmp_path) == {}
    assert taken_back(tmp_path) == {4711: "page of 4711"}
    assert ["members" in reason for _, reason in written.left_out] == [True, False]


def test_nobody_at_all_gives_empty_files(tmp_path):
    written = ILIAS.write(tmp_path, [], Assignment("…"), None)
    assert marks(tmp_path) == {}
    assert taken_back(tmp_path) == {}
    assert written.left_out == ()
