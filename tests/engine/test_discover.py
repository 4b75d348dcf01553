"""From paths to submissions: nobody disappears, nothing outside is read."""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.config.schema import Limits
from autograder.errors import UsageError
from autograder.lms.base import Lms
from autograder.lms.known import KNOWN
from autograder.model import Beside, Submission
from autograder.submissions.adding import with_added
from autograder.submissions.discover import discover
from autograder.uploads import names
from autograder.uploads.upload import open_uploads

GOOD = b'{"cells": []}'
LIMITS = Limits(notebook_mb=1, archive_mb=5, archive_members=100)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


class Desk:
    """A TA's folder with downloads, and what discovery makes of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "downloads"
        self.folder.mkdir()
        self.spool = folder / "spool"
        self.spool.mkdir()

    def put(self, name: str, data: bytes = GOOD) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def find(self, *paths: Path, notebook: str = "rnn_lab.ipynb") -> list[Submission]:
        found = discover(paths or [self.folder], self.spool, LIMITS, notebook)
        assert len({one.id for one in found}) == len(found)
        for one in found:
            assert re.fullmatch(r"[A-Za-z0-9._-]{1,80}", one.id)
            assert (one.file is None) == bool(one.problem)
            assert one.file is None or one.file.is_file()
        return found

    def listing(self, *paths: Path) -> list[tuple[str, str]]:
        return [(one.source, one.problem) for one in self.find(*paths)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_notebook_is_one_submission_named_by_its_stem(desk: Desk) -> None:
    path = desk.put("ada lovelace.ipynb")
    (one,) = desk.find(path)
    assert (one.source, one.student, one.file) == ("ada lovelace.ipynb", "ada lovelace", path)
    assert one.id.startswith("ada-lovelace-")


def test_a_folder_is_searched_in_a_stable_order_and_other_files_are_ignored(desk: Desk) -> None:
    for name in ("z.ipynb", "b/x.IPYNB", "a.ipynb", "b/helper.py", "b/lab.ipynb.txt", "readme.txt"):
        desk.put(name)
    assert [source for source, _ in desk.listing()] == ["a.ipynb", "b/x.IPYNB", "z.ipynb"]
    assert [one.id for one in desk.find()] == [one.id for one in desk.find()]


def test_hidden_files_and_litter_are_ignored_in_folders_too(desk: Desk) -> None:
    for name in (".ipynb_checkpoints/a.ipynb", "__MACOSX/._a.ipynb", ".git/a.ipynb", "~a.ipynb", "a.ipynb"):
        desk.put(name)
    assert desk.listing() == [("a.ipynb", "")]


def test_a_zip_keeps_the_archives_order_and_its_member_paths(desk: Desk) -> None:
    path = desk.put("eve.zip", zipped({"b/x.ipynb": GOOD, "a/y.ipynb": GOOD, "a/z.txt": b""}))
    assert desk.listing(path) == [("b/x.ipynb", ""), ("a/y.ipynb", "")]


def test_an_archive_in_a_folder_or_a_zip_is_opened_and_noted(desk: Desk) -> None:
    export = zipped({"rnn_lab.ipynb": GOOD, ".OTTER_LOG": b"", "rnn_lab.pdf": b"%PDF"})
    desk.put("ada/rnn_lab_2024_11_05.zip", export)
    desk.put("eve.zip", zipped({"bob/rnn_lab_2024_11_06.zip": export}))
    found = desk.find()
    assert [(one.source, one.student) for one in found] == [
        ("ada/rnn_lab_2024_11_05.zip/rnn_lab.ipynb", "ada"),
        ("eve.zip/bob/rnn_lab_2024_11_06.zip/rnn_lab.ipynb", "eve"),
    ]
    assert found[0].notes == ("unpacked from rnn_lab_2024_11_05.zip",)


def test_reports_of_ours_are_nobodys_and_named(desk: Desk, tmp_path: Path) -> None:
    desk.put("ada.ipynb")
    for report in ("graded", "old/graded of monday"):
        desk.put(f"{report}/.autograder/lock", b"12")
        desk.put(f"{report}/lms/canvas_feedback.zip", zipped({"ada_1_2_rnn_lab.ipynb": GOOD}))
        desk.put(f"{report}/grades.csv", b"submission")
    desk.put("bob/graded/rnn_lab.ipynb")  # called so, but not one
    assert [one.source for one in desk.find()] == ["ada.ipynb", "bob/graded/rnn_lab.ipynb"]
    (upload,) = open_uploads([desk.folder], desk.spool, LIMITS)
    assert upload.reports == ("downloads/graded", "downloads/old/graded of monday")


def test_reports_of_ours_in_archives_are_left_out_too(desk: Desk) -> None:
    report = {
        "graded/.autograder/lock": b"12",
        "graded/feedback/ada.ipynb": GOOD,
        "graded/lms/canvas_feedback.zip": zipped({"ada_1_2_rnn_lab.ipynb": GOOD}),
    }
    members = {"ada.ipynb": GOOD, "bob/graded/rnn_lab.ipynb": GOOD, **report}
    members["eve.zip"] = zipped({"rnn_lab.ipynb": GOOD, **report})
    path = desk.put("class.zip", zipped(members))
    (upload,) = open_uploads([path], desk.spool, LIMITS)
    assert upload.reports == ("class.zip/eve.zip/graded", "class.zip/graded")
    assert [source for source, _ in desk.listing(path)] == [
        "ada.ipynb", "bob/graded/rnn_lab.ipynb", "eve.zip/rnn_lab.ipynb",
    ]  # fmt: skip


def test_an_archive_that_is_a_report_as_a_whole_does_not_disappear(desk: Desk) -> None:
    path = desk.put("ada.zip", zipped({".autograder/lock": b"12", "rnn_lab.ipynb": GOOD}))
    assert desk.listing(path) == [("ada.zip", "no notebook (.ipynb) in it")]
    assert desk.listing() == [("ada.zip", "no notebook (.ipynb) in it")]


def test_hostile_names_of_folders_take_no_time(desk: Desk) -> None:
    deep = {f"{'x/' * 2000}{number}/.autograder/lock": b"" for number in range(5)}
    assert desk.listing(desk.put("class.zip", zipped({**deep, "ada.ipynb": GOOD}))) == [("ada.ipynb", "")]


# Who is it


@pytest.mark.parametrize(
    ("members", "students"),
    [
        (["ada/rnn_lab.ipynb"], ["ada"]),
        (["ada.ipynb", "bob.ipynb"], ["ada", "bob"]),
        (["ada/notebook.ipynb", "bob/Notebook.ipynb"], ["ada", "bob"]),
        (["ada/lab9/lab.ipynb", "bob/lab9/lab.ipynb"], ["ada", "bob"]),
        (["1/ada/lab.ipynb", "2/bob/lab.ipynb"], ["ada", "bob"]),
        (["ada/lab.ipynb", "bob/sub/lab.ipynb"], ["ada", "bob"]),
        (["ann.zip/lab.ipynb", "eve.zip/bob/lab.ipynb"], ["ann", "eve"]),
        (["submitted/ada/lab9/rnn_lab.ipynb", "submitted/bob/lab9/mine.ipynb"], ["ada", "bob"]),
        (["ada.zip/rnn_lab.ipynb", "eve/ada.ipynb", "eve/bob.ipynb"], ["ada", "eve/ada", "bob"]),
        (["ada/rnn_lab.ipynb", "eve/ADA/e.ipynb", "eve/bob/e.ipynb"], ["ada", "eve/ADA", "bob"]),
        (["1/ada/rnn_lab.ipynb", "2/eve/ada.ipynb", "2/eve/b.ipynb"], ["ada", "eve/ada", "b"]),
        (["ada/1/lab.ipynb", "ada/2/lab.ipynb", "bob/1/lab.ipynb"], ["ada", "ada", "bob"]),
        (["lab9-ada/src/rnn_lab.ipynb", "lab9-bob/rnn_lab.ipynb"], ["lab9-ada", "lab9-bob"]),
        (["lab.ipynb", "bob/lab.ipynb"], ["lab", "bob"]),
        (["ada/first.ipynb", "ada/second.ipynb"], ["first", "second"]),
    ],
)
def test_a_folder_names_the_student_where_the_file_does_not(
    desk: Desk, members: list[str], students: list[str]
) -> None:
    path = desk.folder / "class"
    for member in members:
        outer, _, inner = member.partition(".zip/")
        desk.put(
            f"class/{outer}.zip" if inner else f"class/{member}", zipped({inner: GOOD}) if inner else GOOD
        )
    found = {one.source: one.student for one in desk.find(path)}
    assert [found[member] for member in members] == students


def test_archives_given_one_by_one_name_their_students(desk: Desk) -> None:
    paths = [
        desk.put("ann.zip", zipped({"lab.ipynb": GOOD})),
        desk.put("eve.zip", zipped({"bob/lab.ipynb": GOOD})),
    ]
    assert [one.student for one in desk.find(*paths)] == ["ann", "eve"]


def test_notebooks_given_one_by_one_are_named_by_their_folders(desk: Desk) -> None:
    paths = [desk.put("ada/rnn_lab.ipynb"), desk.put("bob/rnn_lab.ipynb")]
    found = desk.find(*paths)
    assert [(one.source, one.student) for one in found] == [
        ("rnn_lab.ipynb", "ada"),
        ("rnn_lab.ipynb", "bob"),
    ]


@pytest.mark.parametrize("name", ["lab.ipynb.txt", "lab.ipynb (1)", "lab.ipynb.json"])
def test_a_renamed_notebook_given_by_itself_is_graded_as_in_a_folder(desk: Desk, name: str) -> None:
    (one,) = desk.find(desk.put(f"ada/{name}"), notebook="lab.ipynb")
    assert (one.source, one.student, one.problem) == (name, "ada", "")
    (in_folder,) = desk.find(notebook="lab.ipynb")
    assert (in_folder.student, in_folder.file) == (one.student, one.file)


def test_an_archive_of_another_kind_does_not_stop_the_others_on_the_command_line(desk: Desk) -> None:
    assert desk.listing(desk.put("ada.rar", b"Rar!"), desk.put("bob.ipynb")) == [
        ("ada.rar", "an archive that is not a zip: unpack it and hand in the notebook, or pack it as a zip"),
        ("bob.ipynb", ""),
    ]


def test_identifiers_depend_on_names_not_on_the_place_or_the_order(desk: Desk, tmp_path: Path) -> None:
    members = {"ada/lab.ipynb": GOOD, "bob/lab.ipynb": GOOD}
    other = tmp_path / "elsewhere" / "class.zip"
    other.parent.mkdir()
    other.write_bytes(zipped(dict(reversed(members.items()))))
    here = {one.source: one.id for one in desk.find(desk.put("class.zip", zipped(members)))}
    assert here == {one.source: one.id for one in desk.find(other)}


def test_names_of_every_script_and_length_have_identifiers(desk: Desk) -> None:
    for name in (
        "李明/作业.ipynb",
        "Ünï çødé/lab.ipynb",
        "-rf.ipynb",
        "a" * 200 + ".ipynb",
        "a b.ipynb",
        "a-b.ipynb",
    ):
        desk.put(name)
    found = {one.source: one.id for one in desk.find()}
    assert found["李明/作业.ipynb"].startswith("submission-")
    assert found["Ünï çødé/lab.ipynb"].startswith("Uni-cde-lab-")
    assert found["-rf.ipynb"].startswith("rf-")


@given(st.text(), st.text())
def test_any_source_has_a_safe_identifier(source: str, origin: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}", names.submission_id(source, origin))


# What cannot be graded is listed


def test_refused_and_broken_members_are_listed_with_the_reason(desk: Desk) -> None:
    data = zipped(
        {"good.ipynb": GOOD, "../evil.ipynb": GOOD, "ada/broken.zip": b"PK", "x/big.ipynb": bytes(2**21)}
    )
    assert desk.listing(desk.put("class.zip", data)) == [
        ("good.ipynb", ""),
        ("../evil.ipynb", "its name leads out of the archive (..)"),
        ("ada/broken.zip", "the zip archive is damaged or incomplete (File is not a zip file)"),
        ("x/big.ipynb", "it is larger than 1 MB"),
    ]


@pytest.mark.parametrize(
    "folder",
    [
        ".Dot Net_134_assignsubmission_file",
        "~Tilde_134_assignsubmission_file",
        "~Tilde(student1)",
        ".Dot_Net_student_134",
    ],
)
def test_a_name_may_begin_like_a_hidden_file(desk: Desk, folder: str) -> None:
    data = zipped({f"{folder}/lab.ipynb": GOOD, f"{folder}/.ipynb_checkpoints/lab-checkpoint.ipynb": GOOD})
    assert (f"{folder}/lab.ipynb", "") in desk.listing(desk.put("class.zip", data))
    assert not [source for source, _ in desk.listing(desk.folder / "class.zip") if "checkpoint" in source]


@pytest.mark.parametrize(
    "name",
    [".hidden/lab.ipynb", "~lock/lab.ipynb", "._ada_134_assignsubmission_file/lab.ipynb", ".git/lab.ipynb"],
)
def test_hidden_files_are_nobodys(desk: Desk, name: str) -> None:
    assert desk.listing(desk.put("class.zip", zipped({name: GOOD, "ada.ipynb": GOOD}))) == [("ada.ipynb", "")]


NO_ARCHIVE = "the zip archive is damaged or incomplete (File is not a zip file)"


@pytest.mark.parametrize("lms", [None, *KNOWN], ids=lambda lms: lms.name if lms else "to be recognised")
def test_an_export_that_is_no_archive_is_listed_and_the_others_are_graded(
    desk: Desk, lms: Lms | None
) -> None:
    cut_off, good = desk.put("cut off.zip", b"PK\x03\x04"), desk.put("ada.ipynb")
    found = discover([cut_off, good], desk.spool, LIMITS, "rnn_lab.ipynb", lms=lms, known=KNOWN)
    assert [(one.source, one.problem, one.lms) for one in found] == [
        ("cut off.zip", NO_ARCHIVE, ""),
        ("ada.ipynb", "", ""),
    ]


def test_hundreds_of_refused_files_that_are_no_notebooks_are_one_line(desk: Desk) -> None:
    data = zipped({"a/lab.ipynb": GOOD} | {f"venv\\{index}.py": b"" for index in range(50)})
    assert desk.listing(desk.put("class.zip", data)) == [
        ("a/lab.ipynb", ""),
        ("venv\\0.py", "its name holds a backslash (and 49 more files)"),
    ]


def test_an_upload_without_any_notebook_is_listed(desk: Desk) -> None:
    empty = desk.put("empty.zip", zipped({"photo.jpg": b""}))
    broken = desk.put("broken.zip", b"<html>")
    folder = desk.folder / "nothing"
    folder.mkdir()
    nothing = "no notebook (.ipynb) in it"
    damaged = "the zip archive is damaged or incomplete (File is not a zip file)"
    assert desk.listing(empty, broken, folder) == [
        ("empty.zip", nothing),
        ("broken.zip", damaged),
        ("nothing", nothing),
    ]
    assert desk.listing() == [
        ("nothing/", "nothing was handed in: the folder is empty"),
        ("broken.zip", damaged),
        ("empty.zip", nothing),
    ]


NOBODY_HAS_A_NOTEBOOK = ["cleo.html", "dan.py", "eve.pdf", "fay.jpg", "readme.md", "instructions.pdf"]


@pytest.mark.parametrize(
    ("members", "students"),
    [
        (["ada.ipynb", *NOBODY_HAS_A_NOTEBOOK], "ada cleo dan eve fay"),
        (NOBODY_HAS_A_NOTEBOOK, "cleo dan eve fay"),
        (["ada.ipynb", "ben/rnn_lab.ipynb", "cleo.html", "fay.jpg"], "ada ben cleo fay"),
        (["ada/rnn_lab.ipynb", "ben/rnn_lab.ipynb", "eve.pdf", "rnn_lab.html"], "ada ben eve"),
        (["ada/rnn_lab.ipynb", "ben/rnn_lab.html", "cleo/photo.jpg", "dan/"], "ada ben cleo dan"),
        (["class/ben/rnn_lab.html", "class/cleo/photo.jpg", "class/dan/", "class/data/"], "ben cleo dan"),
        (["ada/", "ben/"], "ada ben"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_who_handed_in_something_else_or_nothing_is_listed(
    desk: Desk, members: list[str], students: str, packed: bool
) -> None:
    if packed:
        desk.put("class.zip", zipped(dict.fromkeys(members, GOOD)))
    for name in () if packed else members:
        if name.endswith("/"):
            (desk.folder / name).mkdir(parents=True)
        else:
            desk.put(name)
    found = desk.find(*([desk.folder / "class.zip"] if packed else []))
    assert sorted(one.student for one in found) == students.split()
    with_notebook = {one.student for one in found if not one.problem}
    assert with_notebook == {
        one.partition("/")[0].removesuffix(".ipynb") for one in members if "ipynb" in one
    }


@pytest.mark.parametrize("members", [["lab.html"], ["ada/lab.html", "ada/photo.jpg"], ["a.jpg", "b.jpg"]])
def test_what_one_student_handed_in_without_a_notebook_is_one_row(desk: Desk, members: list[str]) -> None:
    path = desk.put("eve.zip", zipped(dict.fromkeys(members, b"")))
    assert desk.listing(path) == [("eve.zip", "no notebook (.ipynb) in it")]
    desk.put("ben.zip", zipped({"a.html": b"", "b.html": b""}))
    assert [one.student for one in desk.find(desk.folder / "ben.zip", path)] == ["ben", "eve"]


@pytest.mark.parametrize(
    ("archive", "member", "student"),
    [
        ("lab.zip", "ada/rnn_lab.ipynb", "ada"),
        ("submissions 8.zip", "ada/rnn_lab.ipynb", "ada"),
        ("lab.zip", "submission/rnn_lab.ipynb", "lab"),
        ("eve.zip", "bob/rnn_lab.ipynb", "eve"),
    ],
)
def test_an_archive_with_one_folder_names_the_student_unless_it_is_called_after_the_lab(
    desk: Desk, archive: str, member: str, student: str
) -> None:
    (one,) = desk.find(desk.put(archive, zipped({member: GOOD})))
    assert one.student == student


def test_a_notebook_beyond_the_limit_is_not_read(desk: Desk) -> None:
    path = desk.put("big.ipynb", bytes(2**20 + 1))
    assert desk.listing(path) == [("big.ipynb", "it is larger than 1 MB")]


# Links, pipes, odd names


def test_links_lead_nowhere_outside_and_folders_behind_links_are_named(desk: Desk, tmp_path: Path) -> None:
    secret = tmp_path / "solution.ipynb"
    secret.write_bytes(GOOD)
    (tmp_path / "other").mkdir()
    inside = desk.put("a/real.ipynb")
    (desk.folder / "good.ipynb").symlink_to(inside)
    (desk.folder / "loop.ipynb").symlink_to(desk.folder / "loop.ipynb")
    (desk.folder / "none.ipynb").symlink_to(desk.folder / "missing")
    (desk.folder / "out.ipynb").symlink_to(secret)
    (desk.folder / "folder").symlink_to(tmp_path / "other")
    (desk.folder / "self").symlink_to(desk.folder)
    assert desk.listing() == [
        ("a/real.ipynb", ""),
        ("folder", "a link to a folder is not followed: put a copy there"),
        ("good.ipynb", ""),
        ("loop.ipynb", "cannot be read: Too many levels of symbolic links"),
        ("none.ipynb", "cannot be read: No such file or directory"),
        ("out.ipynb", "a link that leads out of the folder"),
        ("self", "a link to a folder is not followed: put a copy there"),
    ]


def test_a_pipe_is_listed_and_never_opened(desk: Desk) -> None:
    os.mkfifo(desk.folder / "pipe.ipynb")
    os.mkfifo(desk.folder / "pipe.zip")
    os.mkfifo(desk.folder / "pipe.txt")
    assert desk.listing() == [("pipe.ipynb", "not a regular file"), ("pipe.zip", "not a regular file")]
    with pytest.raises(UsageError, match="expected a notebook"):
        desk.find(desk.folder / "pipe.ipynb")


def test_a_name_that_is_not_utf8_is_readable_text(desk: Desk) -> None:
    Path(os.fsdecode(os.fsencode(desk.folder) + b"/M\xfcller\x1b.ipynb")).write_bytes(GOOD)
    (one,) = desk.find()
    assert (one.source, one.student) == ("M\ufffdller\ufffd.ipynb", "M\ufffdller\ufffd")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_listed(desk: Desk) -> None:
    closed = desk.put("ada/lab.ipynb").parent
    closed.chmod(0)
    try:
        assert desk.listing() == [("ada", "cannot be read: Permission denied")]
    finally:
        closed.chmod(0o700)


# Usage


@pytest.mark.parametrize("name", ["missing.ipynb", "missing", "grades.csv", "lab.py", "lab.txt"])
def test_a_path_that_is_nothing_to_grade_is_a_usage_error(desk: Desk, name: str) -> None:
    if not name.startswith("missing"):
        desk.put(name)
    with pytest.raises(UsageError, match=re.escape(name)):
        desk.find(desk.folder / name)


def test_names_that_were_made_to_have_one_identifier_have_two() -> None:
    """One digit of the hash is as short as it takes to find such names here."""
    accent = "\u0301"
    keys = [(f"ada/lab{accent * number}.ipynb", "class.zip") for number in range(40)]
    keys += [("Ada/lab.ipynb", f"{n}.zip") for n in range(40)]
    assert len({names.submission_id(*key, 1).casefold() for key in keys}) < len(keys) / 2
    found = dict(zip(keys, names.submission_ids(keys, 1), strict=True))
    assert len({one.casefold() for one in found.values()}) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,80}", one) for one in found.values())
    turned = names.submission_ids(keys[::-1], 1)
    assert dict(zip(keys[::-1], turned, strict=True)) == found, "whoever comes first"


def test_the_same_upload_twice_has_two_identifiers_and_the_first_keeps_its_own() -> None:
    key = ("lab.ipynb", "class.zip")
    assert names.submission_ids([key, key]) == [names.submission_id(*key), f"{names.submission_id(*key)}-2"]


def test_a_path_given_twice_counts_once_and_equal_names_stay_apart(desk: Desk) -> None:
    one, two = desk.put("1/lab.ipynb"), desk.put("2/lab.ipynb")
    assert len(desk.find(one, two, one, desk.folder / "1" / ".." / "1" / "lab.ipynb")) == 2


def test_a_bomb_in_a_students_archive_does_not_starve_the_class(desk: Desk) -> None:
    desk.put("mallory/m.zip", zipped({f"{index}.ipynb": bytes(2**20) for index in range(9)}))
    desk.put("zoe/lab.zip", zipped({"lab.ipynb": GOOD}))
    listing = dict(desk.listing())
    assert listing["zoe/lab.zip/lab.ipynb"] == ""
    assert sum(bool(problem) for problem in listing.values()) == 5  # zoe's notebook and 4 MB fit into 5 MB


def test_a_copy_that_jupyter_keeps_is_no_submission_beside_its_notebook(desk: Desk) -> None:
    for name in (
        "ada.ipynb",
        "ada-checkpoint.ipynb",
        "bob-Checkpoint.ipynb",
        "cid/lab-checkpoint.ipynb",
        "lab.ipynb",
    ):
        desk.put(name)
    assert [one.source for one in desk.find()] == [
        "ada.ipynb", "bob-Checkpoint.ipynb", "cid/lab-checkpoint.ipynb", "lab.ipynb",
    ]  # fmt: skip


def test_pictures_beside_a_notebook_belong_to_it(desk: Desk) -> None:
    desk.put("ada/lab.ipynb")
    desk.put("ada/page 1.JPG", b"x")
    desk.put("ada/photos/page2.heic", b"x")
    desk.put("ada/notes.txt", b"x")
    desk.put("bob/lab.ipynb")
    desk.put("both/first.ipynb")
    desk.put("both/second.ipynb")
    desk.put("both/whose.png", b"x")
    desk.put("nobody/scan.pdf", b"x")
    desk.put("eve.zip", zipped({"lab.ipynb": GOOD, "scan.pdf": b"x"}))
    assert {one.source: one.pictures for one in desk.find()} == {
        "ada/lab.ipynb": ("page 1.JPG", "photos/page2.heic"),
        "bob/lab.ipynb": (),
        "both/first.ipynb": (),
        "both/second.ipynb": (),
        "eve.zip/lab.ipynb": ("scan.pdf",),
        "nobody/scan.pdf": ("scan.pdf",),  # a row of its own: it is all that somebody handed in
    }


def test_in_an_export_pictures_belong_to_their_student_and_have_bounds(desk: Desk) -> None:
    many = {f"Ada L_1_assignsubmission_file_/{number:03d}{'x' * 90}.png": b"x" for number in range(30)}
    export = {
        "Ada L_1_assignsubmission_file_/lab.ipynb": GOOD,
        **many,
        "Bob B_2_assignsubmission_file_/lab.ipynb": GOOD,
        "Bob B_2_assignsubmission_file_/page.jpg": b"x",
        "Eve E_3_assignsubmission_file_/only.pdf": b"x",
    }
    desk.put("export.zip", zipped(export))
    found = discover([desk.folder / "export.zip"], desk.spool, LIMITS, "lab.ipynb", known=KNOWN)
    ada, bob, eve = found
    assert len(ada.pictures) == 20
    assert {len(name) for name in ada.pictures} == {80}
    assert bob.pictures == ("page.jpg",)
    assert (eve.pictures, eve.file) == (("only.pdf",), None)


def test_pictures_of_a_notebook_that_is_added_take_the_place_of_the_earlier_ones() -> None:
    def handed_in(*pictures: str) -> Submission:
        files = tuple(Beside(Path("class"), ("ada", name)) for name in pictures)
        return Submission("ada", "ada.ipynb", "Ada", pictures=pictures, picture_files=files)

    for added, wanted in ((("new.png",), "new.png"), ((), "old.png")):
        (one,) = with_added([handed_in("old.png")], [handed_in(*added)])
        assert one.pictures == (wanted,)
        assert [file.path[-1] for file in one.picture_files] == [wanted]
