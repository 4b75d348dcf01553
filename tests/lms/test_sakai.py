"""Sakai: names of a download, its list of the class, and the zip that goes back.

The little reader below does what Sakai's Upload All does with that zip.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from autograder.errors import UsageError
from autograder.lms.gradescope import Gradescope
from autograder.lms.known import KNOWN
from autograder.lms.model import Assignment, Export, Returned
from autograder.lms.plain import Plain
from autograder.lms.sakai import UPLOAD, Sakai
from autograder.submissions.per_student import chosen, recognised
from autograder.uploads.uploaded import UploadedFile

SAKAI = Sakai()
LAB = Assignment("RNN lab")
HERE = "Submission attachment(s)"
UUID = "0a1b2c3d-0000-4111-8222-0123456789ab"

SHEET = (
    "\ufeff" + '"RNN: lab","SCORE_GRADE_TYPE"\n""\n'
    '"Display ID","ID","Last Name","First Name","grade","Submission date","Late submission"\n'
    '"jdoe","jdoe","Doe","Jane","","2026-11-22T14:31:05Z","On time"\n'
    '"jdoe2","jdoe2","Doe","Jane","20.00","2026-11-23T00:00:01.123Z","Late"\n'
    '"zz","zoë@uni.example","Žižek","Zoë","","2026-11-22T10:00:00Z","On time"\n'
    '"x","=cmd()","=SUM(A1)","-1","","",""\n'
)  # fmt: skip
GERMAN = (
    '"RNN";"SCORE_GRADE_TYPE"\n""\n"ID anzeigen";"ID";"Nachname";"Vorname";"Bewertung";"Datum";"Verspätet"\n'
    '"jdoe";"jdoe";"Doe";"Jane";"";"2026-11-22T14:31:05Z";""\n'
)


def facts(sheet: str = SHEET, **times: str):
    texts = {("RNN lab", "grades.csv"): sheet.encode()}
    texts |= {("RNN lab", folder, "timestamp.txt"): time.encode() for folder, time in times.items()}
    return SAKAI.export(texts)


# folder, identifier, name
FOLDERS = [
    ("Doe, Jane(jdoe)", "jdoe", "Jane Doe"),
    ("Doe, Jane(jdoe2)", "jdoe2", "Jane Doe"),
    ("Doe,(jdoe)", "jdoe", "Doe"),
    ("Doe, Jane (Jenny)(jdoe)", "jdoe", "Jane (Jenny) Doe"),
    ("Doe, Jane(victim)(mallory)", "mallory", "Jane(victim) Doe"),
    ("Doe, Jane(jane.doe@uni.example)", "jane.doe@uni.example", "Jane Doe"),
    ("Doe, Jane(17)", "17", "Jane Doe"),
    ("Doe_Smith, Jane_12(a_b)", "a_b", "Jane_12 Doe_Smith"),
    ("Doe, Jane(DOM-jd)", "DOM-jd", "Jane Doe"),
    ("Doe, Jr., Jane(jd)", "jd", "Jr., Jane Doe"),
    ("ben David, Avi, (x)", "x", None),
    ("דוד, אבי(avi)", "avi", "אבי דוד"),
    ("王, 小明(wxm)", "wxm", "小明 王"),
    ("=SUM(A1), -1(=cmd)", "=cmd", "-1 =SUM(A1)"),
    ("O'Brien, Pat(po)", "po", "Pat O'Brien"),
    ('"Q", "uote"(q)', "q", None),
    ("  Doe,  Jane (jdoe)", "jdoe", "Jane Doe"),
    ("x" * 200 + ", Jane(jdoe)", "jdoe", "Jane " + "x" * 200),
    ("timestamp, comments(tc)", "tc", "comments timestamp"),
    ("Doe_17_99_a.ipynb, Jane(c)", "c", None),
    ("Doe, Jane_12_assignsubmission_file(m)", "m", None),
    ("Doe, Jane; Roe, Rick(rr)", "rr", None),
    (f"Doe, Jane({UUID})", UUID, "Jane Doe"),
    (f"Team 1 ({UUID})", UUID, "Team 1"),
    (f"Team, the first ({UUID})", UUID, "the first Team"),
    (f"{UUID} anonymous", f"{UUID} anonymous", f"{UUID} anonymous"),
    (f"{UUID} anonym", f"{UUID} anonym", f"{UUID} anonym"),
    (".hidden, Jane(h)", "h", "Jane .hidden"),
    ("Doe, Jane(\u202ejdoe)", "\u202ejdoe", "Jane Doe"),
    ("../Doe, Jane(up)", "up", None),
    ("submission_12345678, x(gs)", "gs", None),
    ("1-2 - A, B - Sep 24, 2024 926 PM(bs)", "bs", None),
]


@pytest.mark.parametrize(("folder", "lms_id", "name"), FOLDERS)
@pytest.mark.parametrize("before", [(), ("RNN lab",), ("download", "RNN lab", "more")])
def test_a_folder_names_its_student(folder, lms_id, name, before):
    origin = SAKAI.origin((*before, folder, HERE, "sub", "lab.ipynb"), Export())
    assert origin is not None
    assert origin.lms_id == lms_id
    assert name is None or origin.student == name
    assert origin.place == "/".join((*before[-1:], folder))
    assert origin.path == ("sub", "lab.ipynb")
    assert origin.attempt == 0


@pytest.mark.parametrize(
    "folder",
    [
        "Doe, Jane", "Doe, Jane()", "Doe, Jane( )", "Jane Doe(jdoe)", "Lab (1)", "(jdoe)", "Doe, Jane(jdoe) final",
        "Doe, Jane(jdoe", "Doe, Jane)", "", " ", "x" * 100_000, "(" * 100_000, ")" * 100_000, "," * 100_000 + "(",
        "_" * 100_000, f"{UUID}", f"{UUID}x y", "a,(" * 30_000, "Doe, Jane_12_assignsubmission_file",
        "Submission attachment(s)", "Feedback Attachment(s)",
    ],
)  # fmt: skip
def test_other_names_are_nobodys(folder):
    assert SAKAI.origin((folder, "lab.ipynb"), Export()) is None
    assert SAKAI.origin((folder,), Export()) is None


def test_the_outermost_folder_counts():
    origin = SAKAI.origin(("Doe, Jane(jdoe)", HERE, "Roe, Rick(rroe)", HERE, "lab.ipynb"), Export())
    assert origin is not None
    assert origin.lms_id == "jdoe"
    assert origin.path == ("Roe, Rick(rroe)", HERE, "lab.ipynb")


@pytest.mark.parametrize("word", [HERE, "Einreichungsanhange"])
def test_without_folders_the_name_of_the_file_says_it(word):
    origin = SAKAI.origin(("RNN lab", f"Doe, Jane(jdoe)_{word}_my_lab.ipynb"), Export())
    assert origin is not None
    assert (origin.lms_id, origin.student, origin.path) == ("jdoe", "Jane Doe", ("my_lab.ipynb",))
    inside = SAKAI.origin(("RNN lab", f"Doe, Jane(jdoe)_{word}_x.zip", "Roe, R(rr)", "lab.ipynb"), Export())
    assert inside is not None
    assert (inside.lms_id, inside.path) == ("jdoe", ("x.zip", "Roe, R(rr)", "lab.ipynb"))


def test_the_list_gives_time_and_lateness():
    known = facts()
    first = SAKAI.origin(("RNN lab", "Doe, Jane(jdoe)", HERE, "lab.ipynb"), known)
    second = SAKAI.origin(("RNN lab", "Doe, Jane(jdoe2)", HERE, "lab.ipynb"), known)
    assert first is not None
    assert second is not None
    assert first.submitted == datetime(2026, 11, 22, 14, 31, 5, tzinfo=UTC)
    assert (first.late, second.late) == (False, True)


def test_the_time_in_the_folder_comes_first():
    known = facts(**{"Doe, Jane(jdoe)": "2026-11-22T15:00:00Z\n", "Roe, R(rr)": "20261122150000123"})
    first = SAKAI.origin(("RNN lab", "Doe, Jane(jdoe)", HERE, "lab.ipynb"), known)
    second = SAKAI.origin(("RNN lab", "Roe, R(rr)", HERE, "lab.ipynb"), known)
    assert first is not None
    assert second is not None
    assert first.submitted == second.submitted == datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def test_an_internal_identifier_is_looked_up_by_a_name_that_only_one_has():
    known = facts()
    alone = SAKAI.origin(("RNN lab", f"Zizek, Zoe({UUID})", HERE, "lab.ipynb"), known)
    shared = SAKAI.origin(("RNN lab", f"Doe, Jane({UUID})", HERE, "lab.ipynb"), known)
    assert alone is not None
    assert shared is not None
    assert alone.lms_id == "zoë@uni.example"
    assert alone.place == f"RNN lab/Zizek, Zoe({UUID})"
    assert shared.lms_id == UUID, "two are called that"


def test_accents_that_sakai_takes_off_do_not_hide_a_student():
    known = facts(SHEET.replace("zoë@", "zoe@"))
    origin = SAKAI.origin(("RNN lab", "Zizek, Zoe(zoe@uni.example)", HERE, "lab.ipynb"), known)
    assert origin is not None
    assert (origin.lms_id, origin.student) == ("zoe@uni.example", "Zoë Žižek")


def test_identifiers_that_sakai_makes_alike_are_told_apart_or_nobodys():
    rows = "".join(
        f'"x","{eid}","Doe","Jane","","",""\n' for eid in ("muller", "müller", "zoë", "zoè", "ärn")
    )
    known = facts(SHEET + rows)
    for folder, lms_id in (
        ("Doe, Jane(muller)", "muller"), ("D_e, Jane(muller)", "muller"), ("Doe, Jane(zoe)", "zoe"),
        ("Doe, Jane(arn)", "ärn"), ("D_e, Jane(arn)", "ärn"),
    ):  # fmt: skip
        origin = SAKAI.origin(("RNN lab", folder, HERE, "lab.ipynb"), known)
        assert origin is not None
        assert origin.lms_id == lms_id, "zoe is nobody on the list, so no mark goes back"


def test_feedback_of_an_earlier_round_is_nobodys_submission(tmp_path):
    paths = [
        ("RNN lab", "Doe, Jane(jdoe)", HERE, "lab.ipynb"),
        ("RNN lab", "Doe, Jane(jdoe)", "Feedback Attachment(s)", "lab.ipynb"),
        ("RNN lab", "Doe, Jane(jdoe)", "Feedback-Anhänge", "a.ipynb"),
    ]
    found = []
    for number, path in enumerate(paths):
        file = tmp_path / f"{number}.ipynb"
        file.write_text(str(number))
        found.append(UploadedFile(path, file))
    of_students, others = chosen(found, SAKAI, Export(), "lab.ipynb")
    assert [one.found for one in of_students] == found[:1]
    assert others == []
    assert chosen(found[1:], SAKAI, Export(), "lab.ipynb") == ([], []), (
        "who handed in nothing has no submission"
    )


FACTS = [
    (("grades.csv",), True),
    (("RNN lab", "grades.csv"), True),
    (("RNN lab", "Doe, Jane(jdoe)", "timestamp.txt"), True),
    (("RNN lab", "Doe, Jane(jdoe)", HERE, "grades.csv"), False),
    (("RNN lab", "Doe, Jane(jdoe)", HERE, "timestamp.txt"), False),
    (("RNN lab", f"Doe, Jane(jdoe)_{HERE}_x.zip", "grades.csv"), False),
    (("RNN lab", f"Doe, Jane(jdoe)_{HERE}_grades.csv"), False),
    (("timestamp.txt",), False),
    (("RNN lab", "timestamp.txt"), False),
    (("RNN lab", "my_grades.csv"), False),
    (("RNN lab", "grades.csv", "x"), False),
]


@pytest.mark.parametrize(("path", "fact"), FACTS)
def test_what_is_sakais_own_and_what_a_student_handed_in(path, fact):
    assert SAKAI.is_own_text(path) is fact


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\0\0", b"a,b\n", b'"' * 1000, b"\xff\xfe" * 100, b"a\n\nb,c,d,e,f,g\n1\n", b"," * 100_000],
)
def test_a_list_that_cannot_be_read_does_no_harm(data):
    known = SAKAI.export({("x", "grades.csv"): data, ("x", "Doe, J(j)", "timestamp.txt"): data})
    origin = SAKAI.origin(("x", "Doe, J(j)", HERE, "lab.ipynb"), known)
    assert origin is not None
    assert (origin.lms_id, origin.submitted, origin.late) == ("j", None, False)
    assert known.roster is None
    assert Export().roster is None


def test_the_list_that_lies_outermost_counts():
    known = SAKAI.export({("a", "b", "grades.csv"): GERMAN.encode(), ("a", "grades.csv"): SHEET.encode()})
    roster = known.roster
    assert roster is not None
    assert len(roster.people) == 4


# Recognition


def export(count: int = 3):
    paths = [("RNN lab", "grades.csv")]
    for number in range(count):
        folder = f"Doe, Jane(jdoe{number})"
        paths += [("RNN lab", folder, "timestamp.txt"), ("RNN lab", folder, HERE, "lab.ipynb")]
        paths += [("RNN lab", folder, HERE, "Roe_12_assignsubmission_file_a_17_99_x.pdf")]
    return paths


@pytest.mark.parametrize("wrapped", [(), ("down load (1)",)])
def test_an_export_is_recognised(wrapped):
    everyone = [*(lms for lms in KNOWN if lms.name not in ("sakai", "plain")), SAKAI, Gradescope(), Plain()]
    paths = [(*wrapped, *path) for path in export()]
    assert recognised(paths, everyone) is SAKAI
    assert recognised(paths, everyone[::-1]) is SAKAI


def test_a_class_in_a_folder_that_looks_like_a_student_is_not_one_student():
    paths = [("Labs, winter(2026)", name, "lab.ipynb") for name in ("Ann", "Ben", "Cem")]
    assert recognised(paths, [SAKAI]) is None


# The TA's list


def test_the_list_of_the_class():
    sheet = SAKAI.worksheet(SHEET.encode())
    assert [one.lms_id for one in sheet.people] == ["jdoe", "jdoe2", "zoë@uni.example", "=cmd()"]
    assert [one.name for one in sheet.people] == ["Jane Doe", "Jane Doe", "Zoë Žižek", "-1 =SUM(A1)"]
    assert [one.mark for one in sheet.people] == ["", "20.00", "", ""]
    assert [one.handed_in for one in sheet.people] == [True, True, True, False]
    assert [one.late for one in sheet.people] == [False, True, False, False]
    assert sheet.language == "en"


@pytest.mark.parametrize(
    "text",
    [SHEET, SHEET.lstrip("\ufeff"), SHEET.replace("\n", "\r\n"), SHEET.replace('""\n', "\n"), SHEET.replace('"', "")
     .replace("RNN: lab", "RNN"), SHEET + "\n\n", SHEET.replace('","', '";"'), SHEET.replace('","', '"\t"')],
)  # fmt: skip
def test_the_list_may_have_been_through_other_programs(text):
    assert [one.lms_id for one in SAKAI.worksheet(text.encode()).people][:2] == ["jdoe", "jdoe2"]


def test_more_columns_do_not_matter():
    text = SHEET.replace('"Late submission"', '"Late submission","Notes"').replace('"Late"', '"Late","x","y"')
    assert [one.late for one in SAKAI.worksheet(text.encode()).people] == [False, True, False, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "grades.csv"),
        ("Identifier,Grade\nParticipant 1,2\n", "Download All"),
        (SHEET.replace('""\n', ""), "third line"),
        (SHEET + '"only","",""\n', "line 8: expected 7 cells"),
        (SHEET + '"no","","id","here","1"\n', "line 8"),
        (SHEET.replace('"Doe","Jane","",', '"Doe,Jane,"",', 1), "no table|cells"),
    ],
)
def test_another_file_is_refused_with_what_was_expected(text, says):
    with pytest.raises(UsageError, match=says):
        SAKAI.worksheet(text.encode())


# What goes back


def returned(tmp_path, lms_id: str, points: float | None = 20.5, **changes) -> Returned:
    page = tmp_path / f"{len(list(tmp_path.glob('*.html')))}.html"
    page.write_text(f"<p>{lms_id}</p>")
    one = Returned(
        lms_id=lms_id, student="Jane Doe", place=f"RNN lab/Doe, Jane({lms_id})", path=("lab.ipynb",), team="",
        points=points, possible=26.0, comment="ok", feedback=page,
    )  # fmt: skip
    return replace(one, **changes)


def write(tmp_path, *of_class: Returned, sheet: str = "", assignment: Assignment = LAB):
    folder = tmp_path / "lms"
    folder.mkdir()
    worksheet = SAKAI.worksheet(sheet.encode()) if sheet else None
    written = SAKAI.write(folder, of_class, assignment, worksheet)
    assert [path.name for path in folder.iterdir()] == [UPLOAD]
    return written, folder / UPLOAD


def upload(
    path, people: dict[str, str], *, separator=",", decimal=".", language="en", groups=False, anon="anonymous"
):
    """What Upload All does: marks and feedback by Sakai's own identifier.

    ``people`` are eids and internal identifiers; with groups or anonymous grading what stands in the list.
    """
    feedback_folder = {"en": "Feedback Attachment(s)", "de": "Feedback-Anhänge"}[language]
    marks, pages = {}, {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            name = entry.filename
            if "/." in name:
                continue
            if name.endswith("grades.csv"):
                text = archive.read(entry).decode("utf-8")
                for row in list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))[3:]:
                    if len(row) > (3 if groups else 4) and row[1] in people:
                        mark = row[3 if groups else 4]
                        wrong = "," if decimal == "." else "."
                        whole, _, decimals = mark.partition(decimal)
                        assert wrong not in mark, "Sakai takes nothing of this upload"
                        assert len(decimals) <= 2, "Sakai takes nothing of this upload"
                        marks[people[row[1]]] = float(f"{whole}.{decimals or 0}")
                continue
            parts = name.split("/")
            assert len(parts) > 2, "Sakai stops reading"
            who = name[name.index("/") + 1 :].split("/")[0]
            if "(" in who and who.endswith(")") and anon not in who:
                who = who[who.rindex("(") + 1 : who.rindex(")")]
            who = people.get(who.strip(), who.strip())
            if who in people.values():
                assert not any(
                    word in name for word in ("comments", "feedbackText", "_submissionText", "timestamp")
                )
                if f"/{feedback_folder}/" in name:
                    pages[who] = archive.read(entry).decode()
    return marks, pages


def test_marks_and_feedback_arrive(tmp_path):
    written, path = write(
        tmp_path,
        returned(tmp_path, "jdoe", 20.5),
        returned(tmp_path, "jdoe2", 0.0),
        returned(tmp_path, "zoë@uni.example", None, place=f"RNN lab/Zizek, Zoe({UUID})"),
        sheet=SHEET,
    )
    marks, pages = upload(path, {"jdoe": "u1", "jdoe2": "u2", "zoë@uni.example": UUID})
    assert marks == {"u1": 20.5, "u2": 0.0}
    assert pages == {"u1": "<p>jdoe</p>", "u2": "<p>jdoe2</p>", UUID: "<p>zoë@uni.example</p>"}
    assert written.left_out == ()
    assert "English" in written.steps[0].text


def test_the_list_keeps_title_and_header(tmp_path):
    _, path = write(tmp_path, returned(tmp_path, "jdoe"), sheet=SHEET)
    with zipfile.ZipFile(path) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("grades.csv")]
        lines = archive.read(name).decode("utf-8").split("\n")
    assert name.count("/") == 1
    assert lines[0] == "\ufeffRNN: lab,SCORE_GRADE_TYPE"
    assert lines[1] == '""'
    assert lines[2] == "Display ID,ID,Last Name,First Name,grade,Submission date,Late submission"


def test_without_the_list_feedback_arrives_in_either_language(tmp_path):
    written, path = write(tmp_path, returned(tmp_path, "jdoe"))
    people = {"jdoe": "u1"}
    assert upload(path, people)[1] == upload(path, people, language="de")[1] == {"u1": "<p>jdoe</p>"}
    assert "--worksheet" in written.steps[0].text


def test_a_german_list_goes_back_with_semicolons_and_commas(tmp_path):
    _, path = write(tmp_path, returned(tmp_path, "jdoe", 20.5), sheet=GERMAN)
    marks, pages = upload(path, {"jdoe": "u1"}, separator=";", decimal=",", language="de")
    assert (marks, pages) == ({"u1": 20.5}, {"u1": "<p>jdoe</p>"})


def test_semicolons_of_an_english_site_keep_the_point(tmp_path):
    _, path = write(tmp_path, returned(tmp_path, "jdoe", 20.5), sheet=SHEET.replace('","', '";"'))
    assert upload(path, {"jdoe": "u1"}, separator=";")[0] == {"u1": 20.5}


def test_sakai_takes_two_decimals(tmp_path):
    written, path = write(tmp_path, returned(tmp_path, "jdoe", 20.126), returned(tmp_path, "jdoe2", 1 / 3))
    assert upload(path, {"jdoe": "u1", "jdoe2": "u2"})[0] == {"u1": 20.13, "u2": 0.33}
    assert "rounded" in written.steps[0].text


def test_marks_above_the_points_of_the_lab_go_back(tmp_path):
    written, path = write(tmp_path, returned(tmp_path, "jdoe", 30.0))
    assert upload(path, {"jdoe": "u1"})[0] == {"u1": 30.0}
    assert written.left_out == ()


def test_identifiers_arrive_unchanged_and_names_compute_nothing(tmp_path):
    odd = ["=cmd()", "a,b", 'q"uote', "a;b", "jürgen", "+1", "DOM\\jd", "x y"]
    _, path = write(tmp_path, *(returned(tmp_path, one, student="=1+1\\") for one in odd))
    marks, _ = upload(path, {one: one for one in odd})
    assert marks == dict.fromkeys(odd, 20.5)
    with zipfile.ZipFile(path) as archive:
        text = archive.read("RNN lab/grades.csv").decode()
    assert "\n'=1+1/," in text


def test_whoever_has_no_row_is_left_out_with_a_reason(tmp_path):
    nobody = returned(tmp_path, "")
    unlisted = returned(tmp_path, UUID)
    ungraded = returned(tmp_path, "", None)
    written, path = write(tmp_path, nobody, unlisted, ungraded, returned(tmp_path, "jdoe"), sheet=SHEET)
    assert [one for one, _ in written.left_out] == [nobody, unlisted]
    assert "identifier" in written.left_out[0][1]
    assert "grades.csv" in written.left_out[1][1]
    marks, pages = upload(path, {"jdoe": "u1", "unknown": UUID})
    assert marks == {"u1": 20.5}
    assert UUID in pages, "Sakai takes feedback by the internal identifier as well"


@pytest.mark.parametrize(
    "kind", ["LETTER_GRADE_TYPE", "PASS_FAIL_GRADE_TYPE", "CHECK_GRADE_TYPE", "UNGRADED_GRADE_TYPE"]
)
def test_where_there_are_no_points_no_mark_goes_back(tmp_path, kind):
    written, path = write(tmp_path, returned(tmp_path, "jdoe"), sheet=SHEET.replace("SCORE_GRADE_TYPE", kind))
    assert "not graded with points" in written.left_out[0][1]
    marks, pages = upload(path, {"jdoe": "u1"})
    assert (marks, list(pages)) == ({}, ["u1"])


@pytest.mark.parametrize(
    "folder",
    [
        folder
        for folder, lms_id, _ in FOLDERS
        if "/" not in folder and lms_id != UUID and not folder.startswith(UUID)
    ]
    + [".x, Y(e)", "comments, Y(e)", "feedbackText, Y(e)", "a_submissionText, Y(e)"],
)
def test_odd_folders_bring_feedback_home(tmp_path, folder):
    lms_id = folder.rpartition("(")[2][:-1]
    _, path = write(tmp_path, returned(tmp_path, lms_id, place=f"RNN lab/{folder}"))
    _, pages = upload(path, {lms_id: "u1"})
    assert pages == {"u1": f"<p>{lms_id}</p>"}


def test_anonymous_grading_goes_by_what_stands_in_the_list(tmp_path):
    who = f"{UUID} anonymous"
    sheet = SHEET + f'"{who}","{who}","anonymous","anonymous","","2026-11-22T10:00:00Z",""\n'
    origin = SAKAI.origin(("RNN lab", who, HERE, "lab.ipynb"), facts(sheet))
    assert origin is not None
    written, path = write(tmp_path, returned(tmp_path, origin.lms_id, place=origin.place), sheet=sheet)
    marks, pages = upload(path, {who: "u1"})
    assert (marks, pages, written.left_out) == ({"u1": 20.5}, {"u1": f"<p>{who}</p>"}, ())


def team(tmp_path, lms_id: str, points: float | None = 20.5, key: str = UUID) -> Returned:
    return returned(tmp_path, lms_id, points, team=key, place=f"RNN lab/Team 1 ({key})")


def test_a_group_has_one_row_and_one_page(tmp_path):
    sheet = f'"RNN","SCORE_GRADE_TYPE"\n""\n"Group","ID","Users","grade","Date","Late"\n"Team 1","{UUID}","A; B","","2026-11-22T10:00:00Z",""\n'
    lab = Assignment("RNN lab", teams=True)
    written, path = write(tmp_path, team(tmp_path, "a"), team(tmp_path, "b"), sheet=sheet, assignment=lab)
    marks, pages = upload(path, {UUID: "g1"}, groups=True)
    assert (marks, list(pages), written.left_out) == ({"g1": 20.5}, ["g1"], ())


def test_a_group_whose_members_have_different_marks_is_left_out(tmp_path):
    lab = Assignment("RNN lab", teams=True)
    written, path = write(tmp_path, team(tmp_path, "a", 20.0), team(tmp_path, "b", 19.0), assignment=lab)
    assert ["different ones" in reason for _, reason in written.left_out] == [True, True]
    assert upload(path, {UUID: "g1"}, groups=True)[0] == {}


def test_in_a_group_of_the_courses_own_every_member_gets_row_and_page(tmp_path):
    place = "RNN lab/Doe, Jane(a)"
    members = [returned(tmp_path, one, team="a", place=place) for one in ("a", "b")]
    _, path = write(tmp_path, *members)
    marks, pages = upload(path, {"a": "u1", "b": "u2"})
    assert marks == {"u1": 20.5, "u2": 20.5}
    assert list(pages) == ["u1", "u2"]


def test_an_empty_class_has_an_empty_list(tmp_path):
    written, path = write(tmp_path, sheet=SHEET)
    assert upload(path, {"jdoe": "u1"}) == ({}, {})
    assert written.left_out == ()


def test_the_same_class_gives_the_same_bytes(tmp_path):
    one = returned(tmp_path, "jdoe")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        SAKAI.write(tmp_path / name, [one], LAB, None)
    assert (tmp_path / "a" / UPLOAD).read_bytes() == (tmp_path / "b" / UPLOAD).read_bytes()


def test_names_of_archives_may_come_decomposed():
    folder = unicodedata.normalize("NFC", "Müller, Zoë(mz)")
    origin = SAKAI.origin((folder, HERE, "lab.ipynb"), Export())
    assert origin is not None
    assert origin.student == "Zoë Müller"
