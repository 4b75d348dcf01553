"""Folders as they come without an LMS: who is who, which attempt counts, who handed in no notebook."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path, PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.config.schema import Limits
from autograder.lms.known import KNOWN
from autograder.model import Submission
from autograder.submissions.crowds import notes_on_crowds
from autograder.submissions.discover import discover
from autograder.submissions.in_folders import EMPTY, NOT_TURNED_IN
from autograder.submissions.layouts import spots_of
from autograder.submissions.own_folders import Tree, with_own_folders

LAB = "rnn_lab.ipynb"
GOOD = '{"cells": []}'


def put(folder: Path, *members: str) -> Path:
    """A tree of files, each with its own path in it; with a slash at the end an empty folder."""
    for member in members:
        place, _, text = member.partition(" = ")
        path = folder / place
        if place.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text or (place if "." in path.name else GOOD))
            os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def zipped(folder: Path) -> Path:
    """The same as an archive beside it, folders included."""
    archive = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder))
    return archive


def found_in(path: Path, tmp_path: Path) -> list[Submission]:
    spool = tmp_path / "spool"
    spool.mkdir(exist_ok=True)
    return discover([path], spool, Limits(), LAB, known=KNOWN)


def graded(found: list[Submission]) -> dict[str, str]:
    """Which file of whom is graded."""
    assert len({one.student for one in found}) == len(found)
    return {one.student: one.source for one in found if not one.problem}


def refused(found: list[Submission]) -> dict[str, str]:
    return {one.student: one.problem for one in found if one.problem}


@pytest.fixture(params=["folder", "archive"])
def listing(request, tmp_path):
    """Makes a tree as a folder, and packed, and finds the submissions in it."""

    def make(*members: str) -> list[Submission]:
        folder = put(tmp_path / "downloads", *members)
        return found_in(zipped(folder) if request.param == "archive" else folder, tmp_path)

    return make


ONLY = "no notebook (.ipynb) was handed in, only {}"


# Microsoft Teams


def test_teams(listing):
    found = listing(
        "Submitted files/Ann Bee/Lab 9/Version 2/rnn_lab.ipynb",
        "Submitted files/Ann Bee/Lab 9/Version 10/rnn_lab.ipynb",
        "Submitted files/Zoë Łuk/lab 9/Version 1/mine.ipynb",
        "Submitted files/李明/Lab 9/Version 1/rnn_lab.ipynb",
        "Submitted files/Version 1/Lab 9/Version 3/rnn_lab.ipynb",
        "Submitted files/Cem/Lab 9/Version 1/lab.html",
        "Submitted files/Dee/Lab 9/",
        "Working files/Ann Bee/Lab 9/rnn_lab.ipynb",
        "Working files/Gus/Lab 9/rnn_lab.ipynb",
    )
    assert graded(found) == {
        "Ann Bee": "Submitted files/Ann Bee/Lab 9/Version 10/rnn_lab.ipynb",
        "Zoë Łuk": "Submitted files/Zoë Łuk/lab 9/Version 1/mine.ipynb",
        "李明": "Submitted files/李明/Lab 9/Version 1/rnn_lab.ipynb",
        "Version 1": "Submitted files/Version 1/Lab 9/Version 3/rnn_lab.ipynb",
        "Gus": "Working files/Gus/Lab 9/rnn_lab.ipynb",
    }
    assert refused(found) == {"Cem": ONLY.format("lab.html"), "Dee": EMPTY}
    notes = {one.student: one.set_aside for one in found}
    assert notes["Ann Bee"] == ("2 file(s) of earlier attempts are not graded",)
    assert notes["Gus"] == (NOT_TURNED_IN,)


def test_teams_in_german(listing):
    found = listing(
        "Eingereichte Dateien/Ann/Lab 9/Version 2/rnn_lab.ipynb",
        "Eingereichte Dateien/Ann/Lab 9/Version 10/rnn_lab.ipynb",
        "Arbeitsdateien/Ann/Lab 9/rnn_lab.ipynb",
        "Arbeitsdateien/Gus/Lab 9/rnn_lab.ipynb",
    )
    assert graded(found) == {
        "Ann": "Eingereichte Dateien/Ann/Lab 9/Version 10/rnn_lab.ipynb",
        "Gus": "Arbeitsdateien/Gus/Lab 9/rnn_lab.ipynb",
    }
    assert {one.student: one.set_aside for one in found}["Gus"] == (NOT_TURNED_IN,)


@pytest.mark.parametrize(
    ("members", "whose"),
    [
        (["Submitted files/Ann/Lab 9/Version 1/rnn_lab.ipynb"], {"Ann": 0}),
        (["x/y/Submitted files/Ann/Lab 9/Version 1/rnn_lab.ipynb"], {"Ann": 0}),
        (["Ann/Lab 9/Version 1/rnn_lab.ipynb", "Ann/Lab 9/Version 2/rnn_lab.ipynb"], {"Ann": 1}),
        (["Ann/Lab 9/Version 1/rnn_lab.ipynb", "Bob/LAB 9/Version 1/rnn_lab.ipynb"], {"Ann": 0, "Bob": 1}),
        (["Ann/Lab 8/Version 3/lab8.ipynb", "Ann/Lab 9/Version 1/rnn_lab.ipynb",
          "Bob/Lab 9/Version 1/rnn_lab.ipynb"], {"Ann": 1, "Bob": 2}),
        (["Submitted files/Ann/Lab 8/Version 3/lab8.ipynb",
          "Submitted files/Ann/Lab 9/Version 1/rnn_lab.ipynb"], {"Ann": 1}),
        (["Ann/Lab 9/Version 1/rnn_lab.ipynb", "Version 1/Lab 9/Version 2/rnn_lab.ipynb"],
         {"Ann": 0, "Version 1": 1}),
        (["class/Ann/rnn_lab.ipynb", "class/Version 1/rnn_lab.ipynb"], {"Ann": 0, "Version 1": 1}),
        (["Version 1/rnn_lab.ipynb", "Version 2/rnn_lab.ipynb"], {"Version 1": 0, "Version 2": 1}),
        (["class/v1/rnn_lab.ipynb", "class/v2/rnn_lab.ipynb"], {"v1": 0, "v2": 1}),
        (["A/Ann/Version 1/rnn_lab.ipynb", "A/Bob/Version 1/rnn_lab.ipynb", "B/Cem/Version 2/rnn_lab.ipynb"],
         {"Ann": 0, "Bob": 1, "Cem": 2}),
        (["class/eve/Version 1/rnn_lab.ipynb", "class/eve/Version 2/rnn_lab.ipynb", "class/ann/rnn_lab.ipynb",
          "class/bob/rnn_lab.ipynb"], {"eve": 1, "ann": 2, "bob": 3}),
        (["Ann/Lab 9/Version 1/rnn_lab.ipynb", "Bob/Lab 9/rnn_lab.ipynb"], {"Ann": 0, "Bob": 1}),
        (["ann/Version 1/draft.ipynb", "ann/Version 2/final.ipynb", "bob/Version 1/x.ipynb"],
         {"ann": 1, "bob": 2}),
    ],
)  # fmt: skip
def test_versions_without_the_outermost_folder(listing, members, whose):
    found = listing(*members)
    assert graded(found) == {student: members[place] for student, place in whose.items()}
    assert refused(found) == {}


def test_two_of_one_name_below_tutors_stay_two(listing):
    found = listing(
        "A/Ann/Version 1/rnn_lab.ipynb", "A/Bob/Version 1/rnn_lab.ipynb", "B/Ann/Version 1/rnn_lab.ipynb"
    )
    assert sorted(graded(found)) == ["A/Ann", "A/Bob", "B/Ann"]


# VPL


def test_vpl(listing):
    found = listing(
        "Ann Bee 1234/2026-11-30-10-22-33/rnn_lab.ipynb",
        "Ann Bee 1234/2026-11-30-10-22-33.ceg/execution.txt",
        "Ann Bee 1234/2026-12-01-09-00-00/rnn_lab.ipynb",
        "Bo Li 77/2026-11-29-23-59-59/rnn_lab.ipynb",
        "Bo Li 77/2026-11-29-23-59-59.ceg/rnn_lab.ipynb",
        "Cem 5/2026-11-29-23-59-59/lab.py",
        "Dee 6/",
    )
    assert graded(found) == {
        "Ann Bee 1234": "Ann Bee 1234/2026-12-01-09-00-00/rnn_lab.ipynb",
        "Bo Li 77": "Bo Li 77/2026-11-29-23-59-59/rnn_lab.ipynb",
    }
    assert refused(found) == {"Cem 5": ONLY.format("lab.py"), "Dee 6": EMPTY}
    times = {one.student: one.submitted for one in found}
    assert times["Ann Bee 1234"] == "2026-12-01T09:00:00"
    assert times["Bo Li 77"] == "2026-11-29T23:59:59"


@pytest.mark.parametrize(
    ("members", "whose"),
    [
        (["Ann 1/2026-11-30-10-22-33/rnn_lab.ipynb"], {"Ann 1": 0}),
        (["x/Ann/2026-11-30-10-22-33/rnn_lab.ipynb", "x/Bob/rnn_lab.ipynb"], {"Ann": 0, "Bob": 1}),
        (["2026-11-30-10-22-33/rnn_lab.ipynb", "2026-11-30-11-22-33/rnn_lab.ipynb"], {"downloads": 1}),
        (["x/2026-11-30-10-22-33/ann.ipynb", "x/2026-11-30-11-22-33/bob.ipynb"], {"ann": 0, "bob": 1}),
        (["A/12345/2026-11-30-10-22-33/rnn_lab.ipynb", "A/12346/2026-11-30-10-22-33/rnn_lab.ipynb",
          "B/12347/2026-11-30-10-22-33/rnn_lab.ipynb"], {"12345": 0, "12346": 1, "12347": 2}),
    ],
)  # fmt: skip
def test_folders_called_after_a_time(listing, members, whose):
    found = listing(*members)
    assert graded(found) == {student: members[place] for student, place in whose.items()}
    assert refused(found) == {}


def test_two_notebooks_of_one_attempt_that_nothing_tells_apart_are_one_student(listing):
    found = listing(
        "Ann 1/2026-11-30-10-22-33/a.ipynb = 1", "Ann 1/2026-11-30-10-22-33/b.ipynb = 2",
        "Bo 2/2026-11-30-10-22-33/x.ipynb",
    )  # fmt: skip
    assert list(graded(found)) == ["Bo 2"]
    assert refused(found) == {"Ann 1": "2 notebooks, and nothing tells which is meant: a.ipynb, b.ipynb"}


# nbgrader


def test_nbgrader(listing):
    found = listing(
        "course/submitted/ann/lab9/rnn_lab.ipynb",
        "course/submitted/ann/lab9/scratch.ipynb",
        "course/submitted/ann/lab9/timestamp.txt = 2026-11-30 10:22:33.123456 UTC",
        "course/submitted/bob/Lab9/rnn_lab.ipynb",
        "course/submitted/bob/Lab9/timestamp.txt = 2026-11-30 10:22:33 CET",
        "course/submitted/cem/lab9/lab.html",
        "course/submitted/lab9/lab9/rnn_lab.ipynb",
        "course/submitted/dee/lab8/lab8.ipynb",
        "course/submitted/dee/lab9/rnn_lab.ipynb",
        "course/submitted/eve/",
        "course/autograded/ann/lab9/rnn_lab.ipynb",
        "course/release/lab9/rnn_lab.ipynb",
        "course/source/lab9/rnn_lab.ipynb",
    )
    assert graded(found) == {
        "ann": "course/submitted/ann/lab9/rnn_lab.ipynb",
        "bob": "course/submitted/bob/Lab9/rnn_lab.ipynb",
        "dee": "course/submitted/dee/lab9/rnn_lab.ipynb",
        "lab9": "course/submitted/lab9/lab9/rnn_lab.ipynb",
    }
    assert refused(found) == {"cem": ONLY.format("lab.html"), "eve": EMPTY}
    times = {one.student: one.submitted for one in found}
    assert (times["ann"], times["bob"]) == ("2026-11-30T10:22:33+00:00", "2026-11-30T10:22:33")


def test_nbgrader_with_a_class_of_one_and_as_only_its_folder(listing):
    assert graded(listing("submitted/ann/lab9/rnn_lab.ipynb")) == {"ann": "submitted/ann/lab9/rnn_lab.ipynb"}


@pytest.mark.parametrize(
    ("root", "inside", "whose"),
    [
        ("submitted", "lab9/rnn_lab.ipynb", {"ann": "2026-11-30T10:22:33+00:00"}),
        ("Submitted files", "Lab 9/Version 2/rnn_lab.ipynb", {"ann": ""}),
    ],
)
def test_the_outermost_folder_may_be_the_upload_itself(tmp_path, root, inside, whose):
    folder = put(tmp_path / root, f"ann/{inside}", "ann/lab9/timestamp.txt = 2026-11-30 10:22:33.1 UTC")
    for upload in (folder, zipped(folder)):
        found = found_in(upload, tmp_path)
        assert {one.student: one.submitted for one in found} == whose
        assert [one.source for one in found] == [f"ann/{inside}"]


def test_where_nobody_handed_in_a_notebook_everybody_has_a_row(listing):
    found = listing(
        "Submitted files/Ann/Lab 9/Version 1/lab.html",
        "Submitted files/Bob/Lab 9/",
        "Working files/Bob/Lab 9/",
    )
    assert refused(found) == {"Ann": ONLY.format("lab.html"), "Bob": EMPTY}


def test_a_students_own_folder_is_no_layout(listing):
    found = listing(
        "ann/submitted/x/y/rnn_lab.ipynb", "ann/submitted/x/y/timestamp.txt = 2020-01-01 00:00:00 UTC",
        "bob/rnn_lab.ipynb", "cem/Submitted files/z/rnn_lab.ipynb", "dee/rnn_lab.ipynb",
    )  # fmt: skip
    assert sorted(graded(found)) == ["ann", "bob", "cem", "dee"]
    assert {one.submitted for one in found} == {""}


# A repository a student


def test_repositories(listing):
    found = listing(
        *(f"lab9-{name}/.git/HEAD" for name in ("ann", "bob", "cem", "dee")),
        "lab9-ann/rnn_lab.ipynb", "lab9-ann/README.md", "lab9-ann/examples/plot.ipynb",
        "lab9-bob/src/rnn_lab.ipynb", "lab9-bob/old/draft.ipynb", "lab9-bob/vendor/.git",
        "lab9-bob/vendor/demo.ipynb", "lab9-cem/README.md",
    )  # fmt: skip
    assert graded(found) == {"lab9-ann": "lab9-ann/rnn_lab.ipynb", "lab9-bob": "lab9-bob/src/rnn_lab.ipynb"}
    assert refused(found) == {"lab9-cem": ONLY.format("README.md"), "lab9-dee": EMPTY}


@pytest.mark.parametrize(
    ("members", "whose"),
    [
        (["lab9-ann/src/rnn_lab.ipynb", "lab9-ann/.git/HEAD", "lab9-ann/src/plot.ipynb"], {"lab9-ann": 0}),
        (["ann/lab9/rnn_lab.ipynb", "ann/lab9/.git/HEAD", "bob/lab9/rnn_lab.ipynb", "bob/lab9/.git/HEAD"],
         {"ann": 0, "bob": 2}),
        (["class/.git/HEAD", "class/ann.ipynb", "class/bob.ipynb"], {"ann": 1, "bob": 2}),
        (["class/.git/HEAD", "class/lab9-ann/.git", "class/lab9-ann/rnn_lab.ipynb",
          "class/lab9-bob/.git", "class/lab9-bob/rnn_lab.ipynb"], {"lab9-ann": 2, "lab9-bob": 4}),
        (["lab9-ann/rnn_lab.ipynb", "lab9-ann/examples/plot.ipynb", "lab9-bob/rnn_lab.ipynb",
          "lab9-bob/examples/plot.ipynb"], {"lab9-ann": 0, "lab9-bob": 2}),
    ],
)  # fmt: skip
def test_repositories_alone_nested_and_without_their_mark(listing, members, whose):
    found = listing(*members)
    assert graded(found) == {student: members[place] for student, place in whose.items()}
    assert refused(found) == {}


# Whoever handed in no notebook


def test_files_of_students_side_by_side(listing):
    found = listing(
        "ann.ipynb", "bob.ipynb", "ann.html", "ann photo.jpg", "cem.html", "dee.py", "eve.pdf", "fay.jpg", "gus/lab.htm",
        "hal/", "grades.csv", "README.md", "data/weather.csv",
    )  # fmt: skip
    assert sorted(graded(found)) == ["ann", "bob"]
    assert refused(found) == {
        "cem": ONLY.format("cem.html"), "dee": ONLY.format("dee.py"), "eve": ONLY.format("eve.pdf"),
        "fay": ONLY.format("fay.jpg"), "gus": ONLY.format("lab.htm"), "hal": EMPTY,
    }  # fmt: skip


def test_folders_of_students_side_by_side(listing):
    found = listing(
        "class/ann/rnn_lab.ipynb", "class/bob/lab.html", "class/cem/sub/lab.py", "class/dee/scan.pdf",
        "class/eve/photo.heic", "class/gus/", "class/images/x.png", "class/assignment.pdf",
    )  # fmt: skip
    assert graded(found) == {"ann": "class/ann/rnn_lab.ipynb"}
    assert refused(found) == {
        "bob": ONLY.format("lab.html"), "cem": ONLY.format("sub/lab.py"), "dee": ONLY.format("scan.pdf"),
        "eve": ONLY.format("photo.heic"), "gus": EMPTY,
    }  # fmt: skip


def test_one_notebook_and_others_that_must_be_somebodys(listing):
    found = listing("ann.ipynb", "bob.html", "cem/lab.py")
    assert graded(found) == {"ann": "ann.ipynb"}
    assert refused(found) == {"bob": ONLY.format("bob.html"), "cem": ONLY.format("lab.py")}


@pytest.mark.parametrize(
    "members",
    [
        ["rnn_lab.ipynb", "rnn_lab.html", "report.pdf", "helper.py", "results/x.png", "data/weather.csv"],
        ["ann/rnn_lab.ipynb", "ann/lab.py", "ann/results/x.png", "ann/empty/"],
        ["mine.ipynb", "page 1.jpg", "results/x.png"],
        ["ann/src/rnn_lab.ipynb", "ann/data/x.csv", "ann/README.md", "ann/scan.pdf"],
    ],
)
def test_what_lies_around_one_students_notebook_is_nobody_elses(listing, members):
    (one,) = listing(*members)
    assert (one.source, one.problem) == (members[0], "")


def test_a_students_own_folders_are_no_students(listing):
    found = listing(
        "ann/src/rnn_lab.ipynb", "ann/report/x.pdf", "bob/own/a.ipynb", "cem/rnn_lab.ipynb", "cem/more/x.pdf"
    )
    assert sorted(one.student for one in found) == ["ann", "bob", "cem"]
    assert refused(found) == {}


@pytest.mark.parametrize(
    "members",
    [
        ["A/ann.ipynb", "A/bob.ipynb", "B/cem.ipynb"],
        ["ann/first.ipynb", "ann/second.ipynb", "bob/third.ipynb"],
        ["A/12345/rnn_lab.ipynb", "A/12346/rnn_lab.ipynb", "B/12347/rnn_lab.ipynb"],
        ["A/ann/rnn_lab.ipynb", "A/bob/rnn_lab.ipynb", "B/ann/rnn_lab.ipynb"],
        ["12345/rnn_lab.ipynb", "12346/rnn_lab.ipynb"],
    ],
)
def test_where_nothing_tells_students_apart_no_notebook_is_lost(listing, members):
    found = listing(*members)
    assert sorted(one.source for one in found) == sorted(members)
    assert refused(found) == {}


def test_names_that_differ_in_capitals_are_two_students(tmp_path):
    members = ["Ann/Lab 9/Version 1/rnn_lab.ipynb", "ann/lab 9/Version 1/rnn_lab.ipynb", "bob/x.ipynb"]
    found = found_in(put(tmp_path / "class", *members), tmp_path)
    assert graded(found) == {"Ann": members[0], "ann": members[1], "bob": members[2]}


def test_an_archive_by_itself_is_named_after_its_owner(tmp_path):
    put(tmp_path / "lab", "bob/rnn_lab.ipynb")
    assert graded(found_in(zipped(tmp_path / "lab"), tmp_path)) == {"bob": "bob/rnn_lab.ipynb"}
    put(tmp_path / "eve", "bob/mine.ipynb")
    assert graded(found_in(zipped(tmp_path / "eve"), tmp_path)) == {"eve": "bob/mine.ipynb"}
    put(tmp_path / "ann", "rnn_lab.ipynb")
    assert graded(found_in(zipped(tmp_path / "ann"), tmp_path)) == {"ann": "rnn_lab.ipynb"}
    put(tmp_path / "class", "Submitted files/Cem/Lab 9/Version 1/rnn_lab.ipynb")
    assert list(graded(found_in(zipped(tmp_path / "class"), tmp_path))) == ["Cem"]


@pytest.mark.parametrize(
    ("own", "of_another"),
    [
        ("Ann Bee_12_assignsubmission_file_", "Bo Li_13_assignsubmission_file_"),
        ("Submitted files/Ann Bee/Lab 9/Version 1", "Submitted files/Bo Li/Lab 9/Version 1"),
        ("Ann Bee/2026-11-30-10-22-33", "Bo Li/2026-11-30-10-22-33"),
        ("submitted/Ann Bee/lab9", "submitted/Bo Li/lab9"),
    ],
)
def test_who_hands_in_what_looks_like_a_report_does_not_disappear(listing, own, of_another):
    found = listing(f"{own}/.autograder/lock = 1", f"{own}/rnn_lab.ipynb", f"{of_another}/rnn_lab.ipynb")
    assert list(graded(found)) == ["Bo Li"]
    assert refused(found) == {"Ann Bee": ONLY.format("a report of this program")}


def test_an_archive_in_a_student_folder_is_that_students(tmp_path):
    inner = zipped(put(tmp_path / "x", "deep/rnn_lab.ipynb", "Version 9/old.ipynb")).read_bytes()
    folder = put(
        tmp_path / "class", "Submitted files/Ann/Lab 9/Version 1/", "Submitted files/Bob/Lab 9/Version 1/"
    )
    for name in ("Ann", "Bob"):
        (folder / "Submitted files" / name / "Lab 9" / "Version 1" / "mine.zip").write_bytes(inner)
    found = found_in(folder, tmp_path)
    assert {one.student: one.source.rpartition("mine.zip/")[2] for one in found} == {
        "Ann": "deep/rnn_lab.ipynb", "Bob": "deep/rnn_lab.ipynb",
    }  # fmt: skip


def test_the_same_student_keeps_the_identifier_with_a_newer_version(tmp_path):
    folder = put(tmp_path / "t", "Ann/Lab/Version 1/rnn_lab.ipynb", "Bob/Lab/Version 1/rnn_lab.ipynb")
    before = {one.student: one.id for one in found_in(folder, tmp_path)}
    put(folder, "Ann/Lab/Version 2/rnn_lab.ipynb")
    assert {one.student: one.id for one in found_in(folder, tmp_path)} == before


def test_hundreds_of_deep_folders_take_no_time(tmp_path):
    archive = tmp_path / "class.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(300):
            file.writestr(f"{'Version 1/' * 300}{number}/.git/x", "")
            file.writestr(f"{'v1/' * 300}{number}/rnn_lab.ipynb", GOOD)
    assert len(found_in(archive, tmp_path)) >= 300


PARTS = st.sampled_from(
    ["Submitted files", "Working files", "submitted", "Ann", "ann", "Bob", "Lab 9", "lab 9", "Version 1", "Version 2",
     "v3", "2026-11-30-10-22-33", "2026-11-30-10-22-33.ceg", "1", "22", ".git", "src", "李明", "a.zip"]
)  # fmt: skip
NAMES = st.sampled_from(
    ["rnn_lab.ipynb", "mine.ipynb", "lab.html", "lab.py", "scan.pdf", "timestamp.txt", "x", ""]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.lists(PARTS, max_size=4), NAMES), min_size=1, max_size=9))
def test_nobody_disappears_whatever_the_folders_are(tree):
    paths = list(dict.fromkeys((*folders, name) for folders, name in tree))
    handed_in = [path for path in paths if path[-1].endswith(".ipynb")]
    clones = [path[: path.index(".git")] for path in paths if ".git" in path]
    known = spots_of(paths, handed_in, clones, LAB)
    spots = with_own_folders(Tree(paths, handed_in, LAB), known) if handed_in else known
    assert known.items() <= spots.items()
    assert set(spots) <= set(paths)
    there = {spot.folder for spot in spots.values() if spot.attempt >= 0}
    for path, spot in spots.items():
        assert path[len(path) - len(spot.path) :] == spot.path
        assert set(spot.folder) <= {*path, PurePath(path[-1]).stem}
        assert spot.student or not spot.folder
        if path in handed_in and not given_back(path):
            assert spot.folder in there, "whoever has a notebook has one that may be graded"


def given_back(path):
    """What VPL and nbgrader have beside what was handed in."""
    return any(part.endswith(".ceg") for part in path)


# What one student puts into the own folder

MANY = [f"eve/{name}.ipynb" for name in ("ada", "zoe", *(f"x{number}" for number in range(30)))]


def names_in(tmp_path: Path, *members: str) -> dict[str, str]:
    found = found_in(put(tmp_path / "class", *members), tmp_path)
    assert len(found) == len({one.student for one in found})
    return {one.student: one.problem for one in found}


@pytest.mark.parametrize("inside", ["{}.ipynb", "submission_{}/rnn_lab.ipynb", "{0}/{0}.ipynb"])
@pytest.mark.parametrize(
    "more", [["eve/zoe.ipynb", "eve/ada.ipynb"], ["eve/zoe/rnn_lab.ipynb", "eve/b/rnn_lab.ipynb"]]
)
def test_who_hands_in_several_names_nobody_else_and_takes_nobody_s_name(tmp_path, inside, more):
    class_ = ["ada", "bob", "carl", "dora"]
    members = [f"{name}/{inside.format(number)}" for number, name in enumerate(class_)]
    found = names_in(tmp_path, *members, *more)
    assert set(class_) < set(found)
    assert all(name.startswith("eve/") for name in set(found) - set(class_))


@pytest.mark.parametrize("section", ["", "monday/"])
def test_a_crowd_in_one_student_s_folder_is_one_row_that_says_so(tmp_path, section):
    others = [f"{section}{name}/rnn_lab.ipynb" for name in ("ada", "bob", "carl", "dora")]
    others += ["tuesday/finn/rnn_lab.ipynb", "tuesday/gina/rnn_lab.ipynb"] if section else []
    found = names_in(tmp_path, *others, *(f"{section}{one}" for one in MANY))
    assert len(found) == len(others) + 1
    assert found["eve"].startswith("32 notebooks in one folder, where others have one")
    assert "eve/ada.ipynb" in found["eve"]
    assert not any(problem for name, problem in found.items() if name != "eve")


def test_folders_of_sections_and_of_those_who_were_late_are_no_crowd(tmp_path):
    sections = [f"{day}/s{number}{day}.ipynb" for day in ("monday", "tuesday") for number in range(25)]
    found = found_in(put(tmp_path / "sections", *sections), tmp_path)
    assert not [one for one in found if one.problem]
    late = [*(f"s{number}.ipynb" for number in range(9)), *(f"late/l{number}.ipynb" for number in range(25))]
    found = found_in(put(tmp_path / "late", *late), tmp_path)
    assert len(found) == len(late)
    assert not [one for one in found if one.problem]
    assert notes_on_crowds("class", [one.own_path or tuple(one.source.split("/")) for one in found]) == [
        "class/late holds 25 notebooks, each a row of its own: one student's?"
    ]


def test_one_student_s_files_make_no_export_of_an_lms(tmp_path):
    forged = [f"eve/Ada Lovelace_{number}_assignsubmission_file_/rnn_lab.ipynb" for number in range(15)]
    put(tmp_path / "class", *(f"{name}/rnn_lab.ipynb" for name in ("ada", "bob", "carl", "dora")), *forged)
    found = found_in(tmp_path / "class", tmp_path)
    assert {one.student for one in found} > {"ada", "bob", "carl", "dora"}
    assert not [one for one in found if one.lms]
