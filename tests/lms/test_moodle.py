"""Moodle, from its own files to files that it takes back."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.lms.known import KNOWN
from autograder.lms.model import Assignment, Export, Returned, Worksheet
from autograder.lms.moodle import Moodle
from autograder.submissions.per_student import chosen, recognised
from autograder.uploads.uploaded import UploadedFile
from tests.lms.moodle_site import Site

SAMPLES = Path(__file__).parent / "moodle"
MOODLE = Moodle()


def members(name: str) -> list[tuple[str, ...]]:
    with zipfile.ZipFile(SAMPLES / name) as archive:
        return [tuple(info.filename.split("/")) for info in archive.infolist()]


def worksheet(name: str) -> Worksheet:
    return MOODLE.worksheet((SAMPLES / name).read_bytes())


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.zip")))
def test_a_real_export_is_recognised_and_every_member_has_its_number(name: str) -> None:
    paths = members(name)
    lms = recognised(paths, KNOWN)
    assert lms is not None
    assert lms.name == "moodle"
    for path in paths:
        origin = MOODLE.origin(path, Export())
        assert origin is not None
        if "Default group" not in path[0]:
            assert f"_{origin.lms_id}_assignsubmission" in path[0]


@pytest.mark.parametrize(
    ("path", "lms_id", "student", "own"),
    [
        (("Ann Lee_7_assignsubmission_file", "lab.ipynb"), "7", "Ann Lee", ("lab.ipynb",)),
        (("Ann Lee_7_assignsubmission_file_", "lab.ipynb"), "7", "Ann Lee", ("lab.ipynb",)),
        (("Ann Lee_7_assignsubmission_file_lab.ipynb",), "7", "Ann Lee", ("lab.ipynb",)),
        (("Ann Lee_7_assignsubmission_file_a_b_1.ipynb",), "7", "Ann Lee", ("a_b_1.ipynb",)),
        (("Ann Lee_7_assignsubmission_file", "sub", "lab.ipynb"), "7", "Ann Lee", ("sub", "lab.ipynb")),
        (("Lab 9-1234", "Ann Lee_7_assignsubmission_file", "lab.ipynb"), "7", "Ann Lee", ("lab.ipynb",)),
        (("Ann Lee_7_assignsubmission_onlinetext", "onlinetext.html"), "7", "Ann Lee", ("onlinetext.html",)),
        # a student's own folder or file may look like Moodle's
        (("A_1_assignsubmission_file", "B_2_assignsubmission_file", "x.ipynb"), "1", "A", ("B_2_assignsubmission_file", "x.ipynb")),
        (("A_1_assignsubmission_file", "B_2_assignsubmission_file_x.ipynb"), "1", "A", ("B_2_assignsubmission_file_x.ipynb",)),
        (("A_1_assignsubmission_file_B_2_assignsubmission_file_x.ipynb",), "1", "A", ("B_2_assignsubmission_file_x.ipynb",)),
        # names that look like something else
        (("Participant 12_4_assignsubmission_file", "l.ipynb"), "4", "Participant 12", ("l.ipynb",)),
        (("7_5_assignsubmission_file", "l.ipynb"), "5", "7", ("l.ipynb",)),
        (("assignsubmission file_5_assignsubmission_file", "l.ipynb"), "5", "assignsubmission file", ("l.ipynb",)),
        (("=HYPERLINK(1) @Cmd+1_5_assignsubmission_file", "l.ipynb"), "5", "=HYPERLINK(1) @Cmd+1", ("l.ipynb",)),
        (("‮علي بن سينا_31_assignsubmission_file", "دفتر.ipynb"), "31", "‮علي بن سينا", ("دفتر.ipynb",)),
        (("Teilnehmerin_15_assignsubmission_file", "l.ipynb"), "15", "Teilnehmerin", ("l.ipynb",)),
        (("Default group_assignsubmission_file", "l.ipynb"), "", "Default group", ("l.ipynb",)),
        ((f"{'x' * 5000}_9_assignsubmission_file", "l.ipynb"), "9", "x" * 5000, ("l.ipynb",)),
        (("A_00012_assignsubmission_file", "l.ipynb"), "12", "A", ("l.ipynb",)),
        # Moodle deletes some characters, and some names have no others
        (("_7_assignsubmission_file", "l.ipynb"), "7", "7", ("l.ipynb",)),
        (("_7_assignsubmission_file_Roe_8_assignsubmission_file_l.ipynb",), "7", "7", ("Roe_8_assignsubmission_file_l.ipynb",)),
    ],
)  # fmt: skip
def test_whose_a_member_is(path: tuple[str, ...], lms_id: str, student: str, own: tuple[str, ...]) -> None:
    origin = MOODLE.origin(path, Export())
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.path) == (lms_id, student, own)


@pytest.mark.parametrize(
    "path",
    [
        ("ann", "lab.ipynb"), ("Ann_7_lab.ipynb",), ("Ann_7_assignsubmission", "lab.ipynb"), ("Ann_7x_assignsubmission_file", "l.ipynb"),
        ("A_b_7_assignsubmission_file", "l.ipynb"), ("Ann_7_ASSIGNSUBMISSION_file", "l.ipynb"), ("_" * 100_000, "l.ipynb"),
        ("a_1" * 50_000, "l.ipynb"),
    ],
)  # fmt: skip
def test_what_is_not_of_moodle(path: tuple[str, ...]) -> None:
    assert MOODLE.origin(path, Export()) is None


def test_a_worksheet_tells_names_times_lateness_and_marks() -> None:
    english, german = worksheet("individual_ungraded_t_en.csv"), worksheet("individual_graded_t_de.csv")
    assert (english.language, german.language) == ("en", "de")
    for sheet in (english, german):
        assert sorted(int(person.lms_id) for person in sheet.people) == list(range(1, 15))
        late = {person.lms_id: person.late_seconds for person in sheet.people if person.late}
        assert late == {"2": 73.0}
        assert [person.lms_id for person in sheet.people if not person.handed_in] == ["7"]
        assert sheet.person("2").submitted == datetime(2026, 11, 22, 14, 33)
    assert german.person("12").mark == "23,50"
    assert english.person("12").mark == ""
    assert {person.group for person in worksheet("team_ungraded_t_en.csv").people} > {"Team_1", "Team 1"}


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("1 day 2 hours late", 93_600), ("3 weeks 1 day late", 1_900_800), ("45 secs late", 45), ("1 year 3 days late", 31_795_200),
        ("2 hours 5 mins late", 7_500),
    ],
)  # fmt: skip
def test_lateness_in_words(said: str, seconds: float) -> None:
    text = (
        (SAMPLES / "individual_ungraded_t_en.csv")
        .read_text(encoding="utf-8")
        .replace("1 min 13 secs late", said)
    )
    assert MOODLE.worksheet(text.encode()).person("2").late_seconds == seconds


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "expected Moodle's offline"),
        (b"Nombre,Nota\n", "in English or German"),
        (b"Identifier,Grade,Last modified (grade)\nParticipant 1,5\n", "line 2: expected 3 cells"),
        (
            b"Identifier,Grade,Last modified (grade)\nParticipant one,5,-\n",
            "a number at the end of Identifier",
        ),
        (b'Identifier,Grade,Last modified (grade)\n"Participant 1,5,-\n', "line 2: expected 3 cells"),
    ],
)
def test_what_is_no_worksheet_is_said(data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        MOODLE.worksheet(data)


def changed_rows(**of_seven: str) -> list[list[str]]:
    """The rows of a real worksheet, with other cells for participant 7."""
    text = (SAMPLES / "individual_ungraded_t_en.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    (seven,) = (row for row in rows if row[0] == "Participant 7")
    for header, cell in of_seven.items():
        seven[rows[0].index(header)] = cell
    return rows


def as_php_writes(rows: list[list[str]]) -> str:
    """Every cell in quotes; a quote is doubled, unless a backslash stands before it."""
    quoted = ([re.sub(r'(?<!\\)"', '""', cell) for cell in row] for row in rows)
    lines = [",".join(f'"{cell}"' for cell in row) for row in quoted]
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(
    "said",
    [
        'a "b"', 'a \\" b', 'a \\", b', "ends \\", '\\"', '\\" x, "y"', 'x \\","\n"Participant 9",1', "C:\\x, y\\", "\\\n",
        "x" * 200_000,
    ],
)  # fmt: skip
def test_what_a_student_wrote_keeps_nobody_from_reading_the_worksheet(said: str) -> None:
    sheet = MOODLE.worksheet(as_php_writes(changed_rows(**{"Feedback comments": said})).encode())
    assert sorted(int(person.lms_id) for person in sheet.people) == list(range(1, 15))
    assert sheet.person("2").late_seconds == 73.0


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "cp1252"), (";", "utf-8-sig"), ("\t", "utf-16")])
def test_a_worksheet_that_a_spreadsheet_program_saved_is_read(delimiter: str, encoding: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(changed_rows(Grade="23.50"))
    sheet = MOODLE.worksheet(out.getvalue().encode(encoding, "replace"))
    assert len(sheet.people) == 14
    assert sheet.person("7").mark == "23.50"
    assert sheet.person("12").name == "Jörg Müller-Lüdenscheidt"


@pytest.mark.parametrize(
    "cell", ["Participant7", "Participant  7", "Participant 7 ,", "7", "Student 7", "Participant 7.0"]
)
def test_an_identifier_that_moodle_would_cut_at_another_place_is_refused(cell: str) -> None:
    rows = changed_rows(Identifier=cell)
    with pytest.raises(UsageError, match=r"line \d+: .*download it again"):
        MOODLE.worksheet(as_php_writes(rows).encode())
    with pytest.raises(UsageError, match=r"line \d+: .*download it again"):
        MOODLE.worksheet(b"Identifier,Grade,Last modified (grade)\nParticipant7,5,-\n")


def test_of_two_rows_the_one_with_a_mark_counts_and_no_status_says_nothing() -> None:
    head = "Identifier,Grade,Last modified (grade)\n"
    sheet = MOODLE.worksheet(f"{head}Participant 7,,-\nParticipant 7,5.00,-\nParticipant 7,,-\n".encode())
    person = sheet.person("7")
    assert person is not None
    assert (person.mark, person.handed_in) == ("5.00", None)


def test_an_archive_in_an_archive_is_the_students_it_is_named_for(tmp_path: Path) -> None:
    notebook = tmp_path / "1"
    notebook.write_text("{}")
    path = (
        "Lab-4711.zip",
        "Ann_1_assignsubmission_file_Roe_2_assignsubmission_file.zip",
        "Roe_3_x",
        "l.ipynb",
    )
    of_students, others = chosen([UploadedFile(path, notebook)], MOODLE, Export(), "lab.ipynb")
    assert [one.origin.lms_id for one in of_students] == ["1"]
    assert others == []


# What goes back

AWKWARD = [
    'quoted "text" and \\backslash\\',
    "=1+1",
    "line one\nline two",
    "<script>alert(1)</script> & <b>",
    'a \\" b',
    "comma, semicolon; tab\t.",
    "‮right to left",
]


def returned(sheet: Worksheet | None, page: Path) -> list[Returned]:
    numbers = (
        [person.lms_id for person in sheet.people] if sheet else [str(number) for number in range(1, 15)]
    )
    return [
        Returned(
            lms_id=number, student=f"Student_{number}/\\\"x", place="", path=("lab.ipynb",), team="",
            points=float(int(number) + 0.25), possible=25.0, comment=AWKWARD[int(number) % len(AWKWARD)],
            feedback=page, person=sheet.person(number) if sheet else None,
        )
        for number in numbers
    ]  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "page.html"
    file.write_text("<p>feedback</p>")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lms").mkdir()
    return tmp_path / "lms"


@pytest.mark.parametrize(
    ("sheet", "language"),
    [
        ("individual_ungraded_t_en.csv", "en"),
        ("individual_graded_t_de.csv", "de"),
        (None, "en"),
        (None, "de"),
    ],
)
def test_every_mark_and_file_comes_to_the_right_student(
    sheet: str | None, language: str, folder: Path, page: Path
) -> None:
    read = worksheet(sheet) if sheet else None
    site = Site(language, set(range(1, 15)))
    if sheet and "graded_t_de" in sheet and read:
        # given within the minute that the worksheet shows
        for person in read.people:
            cell = person.cells["Zuletzt geändert (Bewertung)"]
            if cell != "-":
                day, time = int(re.search(r"(\d+)\. November", cell)[1]), cell[-5:]
                site.graded[int(person.lms_id)] = datetime.fromisoformat(f"2026-11-{day} {time}") + timedelta(
                    seconds=50
                )
    rows = returned(read, page)
    written = MOODLE.write(folder, rows, Assignment("Lab", language=language), read)
    assert written.left_out == ()
    assert [step.file for step in written.steps] == ["moodle_grades.csv", "moodle_feedback.zip"]
    assert site.upload_worksheet(folder / "moodle_grades.csv") == set(range(1, 15))
    site.upload_feedback(folder / "moodle_feedback.zip")
    assert site.marks == {number: number + 0.25 for number in range(1, 15)}
    assert site.files == {number: {"feedback.html": b"<p>feedback</p>"} for number in range(1, 15)}
    assert all(site.comments.values())
    assert not [text for text in site.comments.values() if "<script" in text or '"' in text]


def test_no_mark_means_no_row(folder: Path, page: Path) -> None:
    rows = returned(None, page)
    rows[3] = replace(rows[3], points=None)
    MOODLE.write(folder, rows, Assignment("Lab"), None)
    site = Site("en", set(range(1, 15)))
    assert site.upload_worksheet(folder / "moodle_grades.csv") == set(range(1, 15)) - {4}


def changed(sheet: str, old: str, new: str) -> Worksheet:
    text = (SAMPLES / sheet).read_text(encoding="utf-8")
    assert old in text
    return MOODLE.worksheet(text.replace(old, new).encode())


@pytest.mark.parametrize(
    ("old", "new", "left_out"),
    [
        (",,25.00,Yes", ",,25.00,No", "Moodle has locked the mark"),
        (",,25.00,Yes", ",,5.00,Yes", "the mark is above the assignment's maximum grade in Moodle (5)"),
        ('"Maximum grade"', "Scale", "the assignment is graded with a scale (25.00), not with points"),
    ],
)
def test_what_moodle_would_drop_is_named_instead(
    old: str, new: str, left_out: str, folder: Path, page: Path
) -> None:
    sheet = changed("individual_ungraded_t_en.csv", old, new)
    written = MOODLE.write(folder, returned(sheet, page), Assignment("Lab"), sheet)
    assert {reason for _, reason in written.left_out} == {left_out}
    rows = (folder / "moodle_grades.csv").read_text().splitlines()
    assert len(rows) - 1 == 14 - len(written.left_out)


def test_a_groups_number_is_nobodys_where_teams_are_not_declared(folder: Path, page: Path) -> None:
    sheet = worksheet("team_ungraded_t_en.csv")
    rows = [
        replace(one, place=f"{name}_{one.lms_id}_assignsubmission_file")
        for one in returned(sheet, page)
        for number, name in (("51", "Jane Doe"), ("58", "Team 1"), ("61", "Ramp;D "), ("62", "Doe Jane"))
        if one.lms_id == number
    ]
    written = MOODLE.write(folder, [replace(one, points=5.0) for one in rows], Assignment("Lab"), sheet)
    assert {one.lms_id: "name of a group" in reason for one, reason in written.left_out} == {
        "58": True,
        "61": True,
    }
    site = Site("en", {int(person.lms_id) for person in sheet.people})
    assert site.upload_worksheet(folder / "moodle_grades.csv") == {51, 62}
    site.upload_feedback(folder / "moodle_feedback.zip")
    assert set(site.files) == {51, 62}


def test_a_team_gets_its_pages_by_group_and_by_member(folder: Path, page: Path) -> None:
    sheet = worksheet("team_ungraded_t_en.csv")
    rows = []
    for one in returned(sheet, page):
        team = (
            {"Ünï-Team 2_x": "4", "7_assignsubmission_file": "5"}.get(one.person.group, "")
            if one.person
            else ""
        )
        if team:
            rows.append(replace(one, team=team, points=11.0))
    written = MOODLE.write(folder, rows, Assignment("Lab", teams=True), sheet)
    assert written.left_out == ()
    everybody = {int(person.lms_id) for person in sheet.people}
    by_group = Site("en", everybody, teams={4: {53, 51}, 5: {62, 55}})
    assert by_group.upload_worksheet(folder / "moodle_grades.csv") == {51, 53, 55, 62}
    by_group.upload_feedback(folder / "moodle_feedback.zip")
    by_member = Site("en", everybody)
    by_member.upload_feedback(folder / "moodle_feedback_by_participant.zip")
    assert set(by_group.files) == set(by_member.files) == {51, 53, 55, 62}


@pytest.mark.parametrize(
    ("on_worksheet", "in_export"),
    [
        ("Team_1", "Team 1"), ("R&D ", "Ramp;D "), ("Ünï-Team 2_x", "Ünï-Team 2 x"),
        ('Solo\'s "Best": A/B', "Solos Best AB"), ("Default group", "Default group"),
    ],
)  # fmt: skip
def test_a_team_is_found_by_its_mangled_name(on_worksheet: str, in_export: str) -> None:
    assert MOODLE.team_key(on_worksheet) == MOODLE.team_key(in_export)
