"""OpenOLAT: folders of an archive, lists of the class, bulk assessment.

The little readers below follow what OpenOLAT's wizard does with the text and the archive.
"""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.lms.canvas import Canvas
from autograder.lms.ilias import Ilias
from autograder.lms.known import KNOWN
from autograder.lms.model import Assignment, Export, Person, Returned, Worksheet
from autograder.lms.openolat import FEEDBACK, GRADES, OpenOlat
from autograder.submissions.per_student import chosen, recognised
from autograder.uploads.uploaded import UploadedFile

OPENOLAT = OpenOlat()
LAB = Assignment(title="RNN lab")
ROOT = "ita_RNN_lab_2026_11_22_14_31_07"

CLASS = (
    "Benutzername,Nachname,Vorname,Punkte\n"
    "jane.doe@uni.example,Doe,Jane,12\n"
    "jane-doe,Doe,Jane,\n"
    "doe,Smith,Jane_Jane,\n"
    "jmueller,Müller-Lüdenscheidt,Jürgen,\n"
    "wang_ming,王,明,\n"
)

PATHS = [
    # path, user name, the student's own path, attempt
    (f"{ROOT}/Doe_Jane_jdoe/1_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/2_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/12_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/4_revisions_1/a.ipynb", "jdoe", "a.ipynb", 1),
    (f"{ROOT}/Doe_Jane_jdoe/6_revisions_2/a.ipynb", "jdoe", "a.ipynb", 2),
    (f"{ROOT}/Doe_Jane_Marie_jdoe/1_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    (f"{ROOT}/MuellerLuedenscheidt_Juergen_ml/1_submissions/a.ipynb", "ml", "a.ipynb", 0),
    (f"{ROOT}/__wang/1_submissions/a.ipynb", "wang", "a.ipynb", 0),
    (f"{ROOT}/Doe_Jane_4711/1_submissions/a.ipynb", "4711", "a.ipynb", 0),
    (f"{ROOT}/Doe_2_jdoe/1_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    (f"{ROOT}/1_submissions_jdoe/1_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    (f"{ROOT}/{'x' * 200}_Jane_jdoe/1_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    (f"{ROOT}/jdoe/1_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    (f"x/y/{ROOT}/Doe_Jane_jdoe/1_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    ("Doe_Jane_jdoe/1_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    ("course/RNN lab/Doe_Jane_jdoe/1_submissions/a.ipynb", "jdoe", "a.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/1_submissions/sub/a.ipynb", "jdoe", "sub/a.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/1_submissions/Roe_Rob_roe/1_submissions/a.ipynb", "jdoe", "Roe_Rob_roe/1_submissions/a.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/1_submissions/lab.zip/x_y/9_revisions_9/a.ipynb", "jdoe", "lab.zip/x_y/9_revisions_9/a.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/1_submissions/1_submissions", "jdoe", "1_submissions", 0),
    (f"{ROOT}/Doe_Jane_jdoe/1_submissions/Übung =1+1.ipynb", "jdoe", "Übung =1+1.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/1_submissions/לאב.ipynb", "jdoe", "לאב.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/1_submissions/Roe_Rob_roe_9_8_a.ipynb", "jdoe", "Roe_Rob_roe_9_8_a.ipynb", 0),
    (f"{ROOT}/Doe_Jane_jdoe/1_submissions/sub/Late_submission.txt", "jdoe", "sub/Late_submission.txt", 0),
    ("grouptask_RNN_2026/Team_A_12345/1_submissions/a.ipynb", "12345", "a.ipynb", 0),
    ("grouptask_RNN_2026/Team_7_12345/3_revisions_1/a.ipynb", "12345", "a.ipynb", 1),
]  # fmt: skip


@pytest.mark.parametrize(("path", "user", "own", "attempt"), PATHS)
def test_a_path_gives_the_user_name_and_the_students_own_path(path, user, own, attempt):
    origin = OPENOLAT.origin(tuple(path.split("/")), Export())
    assert origin is not None
    assert (origin.lms_id, "/".join(origin.path), origin.attempt) == (user, own, attempt)


@pytest.mark.parametrize(
    "path",
    [
        f"{ROOT}/Course_2026.xlsx",
        f"{ROOT}/Doe_Jane_jdoe/1_task/a.ipynb",
        f"{ROOT}/Doe_Jane_jdoe/3_corrections/a.ipynb",
        f"{ROOT}/Doe_Jane_jdoe/5_corrections_1/a.ipynb",
        f"{ROOT}/Doe_Jane_jdoe/6_assessment/a.ipynb",
        f"{ROOT}/solutions/a.ipynb",
        f"{ROOT}/Doe_Jane_jdoe/1_submissions/Late_submission.txt",
        "1_submissions/a.ipynb",
        "alice/submissions/a.ipynb",
        "alice/my1_submissions/a.ipynb",
        "a.ipynb",
    ],
)
def test_what_nobody_handed_in_is_nobodys(path):
    assert OPENOLAT.origin(tuple(path.split("/")), Export()) is None


def test_folders_that_may_be_one_user_stay_apart_and_are_nobodys(tmp_path):
    paths = [
        (ROOT, "Doe_Jane_doe", "1_submissions", "lab.ipynb"), (ROOT, "Roe_Rob_a_doe", "1_submissions", "lab.ipynb"),
        (ROOT, "Roe_Rob_a_doe", "3_revisions_1", "lab.ipynb"), (ROOT, "Poe_Pia_poe", "1_submissions", "lab.ipynb"),
        (ROOT, "Poe_Pia_poe", "2_corrections", "lab.ipynb"), (ROOT, "Moe_Mia_moe", "1_task", "lab.ipynb"),
        (ROOT, "solutions", "lab.ipynb"),
    ]  # fmt: skip
    found = []
    for number, path in enumerate(paths):
        file = tmp_path / f"{number}.ipynb"
        file.write_text(str(number))
        found.append(UploadedFile(path, file))
    of_students, others = chosen(found, OPENOLAT, Export(), "lab.ipynb")
    assert [(one.origin.lms_id, one.found) for one in of_students] == [
        ("", found[0]), ("", found[2]), ("poe", found[3]),
    ]  # fmt: skip
    assert others == found[6:], "what a teacher gave out or back is nobody's submission"
    people = Worksheet((), tuple(Person(user, "") for user in ("doe", "a_doe", "poe")))
    listed, _ = chosen(found[:2] + found[3:4], OPENOLAT, Export(worksheet=people), "lab.ipynb")
    assert [one.origin.lms_id for one in listed] == ["doe", "", "poe"], "Roe's may be either's"


def test_a_list_without_marks_is_said_to_show_none(tmp_path):
    one = returned(tmp_path, "Doe_Jane_jdoe")
    for text, looked in (("User name\njdoe\n", False), ("User name,Score\njdoe,\n", True)):
        sheet = OPENOLAT.worksheet(text.encode())
        written = OPENOLAT.write(tmp_path, [replace(one, person=sheet.person("jdoe"))], LAB, sheet)
        assert ("Nobody looked" in written.steps[0].text) is not looked


def test_late_files_are_told_by_a_text_beside_them():
    late = (ROOT, "Doe_Jane_jdoe", "1_submissions")
    extended = (ROOT, "Roe_Rob_roe", "1_submissions")
    texts = {(*late, "Late_submission.txt"): b"Late", (*extended, "Extended_submission.txt"): b"Extended"}
    assert all(OPENOLAT.is_own_text(path) for path in texts)
    assert not OPENOLAT.is_own_text((ROOT, "Doe_Jane_jdoe", "1_submissions", "sub", "Late_submission.txt"))
    facts = OPENOLAT.export(texts)
    found = [OPENOLAT.origin((*folder, "a.ipynb"), facts) for folder in (late, extended)]
    assert [one is not None and one.late for one in found] == [True, False]


FOLDERS = [
    ("Doe_Jane_janedoeuniexample", "jane.doe@uni.example"),
    ("Doe_Jane_janedoe", "jane-doe"),
    ("Smith_Jane_Jane_doe", "doe"),
    ("MuellerLuedenscheidt_Juergen_jmueller", "jmueller"),
    ("__wang_ming", "wang_ming"),
    # nobody's on the list
    ("Roe_Rob_roe", "roe"),
]


@pytest.mark.parametrize(("folder", "user"), FOLDERS)
def test_the_class_gives_back_what_the_folders_name_has_lost(folder, user):
    facts = Export(worksheet=OPENOLAT.worksheet(CLASS.encode()))
    origin = OPENOLAT.origin((ROOT, folder, "1_submissions", "a.ipynb"), facts)
    assert origin is not None
    assert origin.lms_id == user


def test_a_user_name_that_two_could_have_is_not_guessed():
    people = (Person("a_doe", ""), Person("doe", ""))
    origin = OPENOLAT.origin(
        (ROOT, "Smith_Jane_a_doe", "1_submissions", "a.ipynb"), Export(worksheet=Worksheet((), people))
    )
    assert origin is not None
    assert origin.lms_id == ""


@pytest.mark.parametrize("unit", ["_", "1_submissions", "_1", "1"])
def test_long_names_are_read_quickly(unit):
    name = unit * (100_000 // len(unit))
    facts = Export(worksheet=OPENOLAT.worksheet(CLASS.encode()))
    OPENOLAT.origin((ROOT, name, "1_submissions", name), facts)
    OPENOLAT.origin((ROOT, name, name, name), facts)


def test_an_export_is_recognised_among_all():
    everybody = [
        *KNOWN,
        Canvas(),
        Ilias(),
        *([] if any(one.name == "openolat" for one in KNOWN) else [OPENOLAT]),
    ]
    paths = [tuple(path.split("/")) for path, *_ in PATHS] + [(ROOT, "Course_2026.xlsx")]
    found = recognised(paths, everybody)
    assert found is not None
    assert found.name == "openolat"


# The list of the class


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_saved_as_csv_is_read(delimiter):
    text = "\ufeff" + CLASS.replace(",", delimiter)
    people = OPENOLAT.worksheet(text.encode()).people
    assert [(one.lms_id, one.mark) for one in people[:2]] == [
        ("jane.doe@uni.example", "12"),
        ("jane-doe", ""),
    ]
    assert people[3].name == "Müller-Lüdenscheidt, Jürgen"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["Benutzername"]),
        ("Identifier,Grade\n", ["Identifier", "CSV"]),
        (CLASS.replace("jane-doe", " "), ["line 3", "user name"]),
    ],
)
def test_a_wrong_list_is_refused_with_what_to_do(text, words):
    with pytest.raises(UsageError) as caught:
        OPENOLAT.worksheet(text.encode())
    assert all(word in str(caught.value) for word in words)


# What goes back


def returned(
    tmp_path: Path, folder: str, points: float | None = 20.0, root: str = ROOT, **fields
) -> Returned:
    origin = OPENOLAT.origin((root, folder, "1_submissions", "a.ipynb"), Export())
    assert origin is not None
    page = tmp_path / f"page of {folder}.html"
    page.write_text(f"page of {folder}")
    one = Returned(
        lms_id=origin.lms_id,
        student=origin.student,
        place=origin.place,
        path=origin.path,
        team="",
        points=points,
        possible=25.0,
        comment='20 of 25\tpoints, "loss":\n=1',
        feedback=page,
    )
    return replace(one, **fields)


def pasted(folder: Path) -> dict[str, tuple[float | None, str, str]]:
    """Score, passed and comment by identifier, as the wizard splits the text."""
    found = {}
    for line in (folder / GRADES).read_text(encoding="utf-8").split("\n"):
        if line.strip():
            identifier, score, passed, comment = line.split("\t")
            assert identifier.strip() == identifier != ""
            assert identifier not in found
            found[identifier] = (float(score.replace(",", ".")), passed, comment)
    return found


def taken_back(folder: Path) -> dict[str, str]:
    """Pages by identifier, as the wizard finds them in the archive."""
    found = {}
    with zipfile.ZipFile(folder / FEEDBACK) as archive:
        for entry in archive.namelist():
            identifier, name = entry.split("/")[-2:]
            assert identifier not in found
            assert not name.startswith(".")
            found[identifier] = archive.read(entry).decode()
    return found


def test_marks_and_pages_arrive_at_the_right_student(tmp_path):
    all_of_them = [
        returned(tmp_path, "Doe_Jane_jdoe", 19.25),
        returned(tmp_path, "Doe_Jane_jdoe2", 0.0),
        returned(tmp_path, "Roe_Rob_4711", 30.0),
        returned(tmp_path, "Poe_Pia_poe", None),
    ]
    written = OPENOLAT.write(tmp_path, all_of_them, LAB, None)
    comment = '20 of 25 points, "loss": =1'
    assert pasted(tmp_path) == {
        "jdoe": (19.25, "", comment),
        "jdoe2": (0.0, "", comment),
        "4711": (30.0, "", comment),
    }
    assert taken_back(tmp_path) == {
        "jdoe": "page of Doe_Jane_jdoe", "jdoe2": "page of Doe_Jane_jdoe2",
        "4711": "page of Roe_Rob_4711", "poe": "page of Poe_Pia_poe",
    }  # fmt: skip
    assert written.left_out == ()
    assert [step.file for step in written.steps] == [GRADES, FEEDBACK]
    assert "not below 30" in written.steps[0].text
    assert "--worksheet" in written.steps[0].text


def test_the_list_of_the_class_gives_the_identifiers(tmp_path):
    worksheet = OPENOLAT.worksheet(CLASS.encode())
    all_of_them = [
        returned(tmp_path, "Doe_Jane_janedoeuniexample", 1.0),
        returned(tmp_path, "Doe_Jane_janedoe", 2.0, lms_id="jane-doe", person=worksheet.person("jane-doe")),
        returned(tmp_path, "Roe_Rob_roe", 3.0),
    ]
    written = OPENOLAT.write(tmp_path, all_of_them, LAB, worksheet)
    assert {key: score for key, (score, *_) in pasted(tmp_path).items()} == {
        "jane.doe@uni.example": 1.0,
        "jane-doe": 2.0,
    }
    assert set(taken_back(tmp_path)) == {"jane.doe@uni.example", "jane-doe"}
    assert [(one.lms_id, "not on your list" in reason) for one, reason in written.left_out] == [("roe", True)]


def test_a_groups_number_is_never_taken_for_a_user(tmp_path):
    group = returned(tmp_path, "Team_A_12345", root="grouptask_RNN")
    members = [replace(group, lms_id=user, team="12345") for user in ("jdoe", "roe")]
    nobody = replace(returned(tmp_path, "Team_B_12346", root="grouptask_RNN"), lms_id="", team="12346")
    written = OPENOLAT.write(tmp_path, [group, *members, nobody], LAB, None)
    assert set(pasted(tmp_path)) == {"jdoe", "roe"}
    assert set(taken_back(tmp_path)) == {"jdoe", "roe"}
    assert ["members" in reason for _, reason in written.left_out] == [True, True]


def test_an_identifier_that_is_no_folders_name_is_left_out(tmp_path):
    all_of_them = [
        returned(tmp_path, "Doe_Jane_jdoe", lms_id=name) for name in ("..", "a/b", "a\tb", "a\\b", "")
    ]
    written = OPENOLAT.write(tmp_path, all_of_them, LAB, None)
    assert pasted(tmp_path) == {}
    assert taken_back(tmp_path) == {}
    assert len(written.left_out) == 5


def test_nobody_at_all_gives_empty_files(tmp_path):
    written = OPENOLAT.write(tmp_path, [], LAB, None)
    assert pasted(tmp_path) == {}
    assert taken_back(tmp_path) == {}
    assert written.left_out == ()
