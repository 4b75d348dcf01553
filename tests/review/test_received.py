"""Forms with files: their names lead nowhere, and what is too much is refused while it comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.review.desk import Desk
from autograder.review.grading import Grading
from autograder.review.intake import Intake, more_submissions, new_class, says_nobody
from autograder.review.received import harmless
from autograder.review.site import Site
from autograder.submissions.whole_class import Given, find_class
from tests.conftest import notebook_bytes
from tests.review.asking import entered
from tests.review.classes import students, write_class, write_lab


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("class.zip", "class.zip"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        ("C:\\Users\\ada\\rnn_lab.ipynb", "rnn_lab.ipynb"),
        (".bashrc", "bashrc"),
        ("a\0b\n.ipynb", "a\ufffdb\ufffd.ipynb"),
        ("Zoë Müller.ipynb", "Zoë Müller.ipynb"),
        ("-rf", "-rf"),
    ],
)
def test_a_name_is_the_last_part_of_a_path_and_no_more(name, expected):
    assert harmless(name) == expected


def test_a_long_name_keeps_its_end():
    found = harmless("ü" * 3000 + ".ipynb")
    assert found.endswith("ü.ipynb")
    assert len(found.encode()) <= 200


@pytest.fixture
def site(tmp_path: Path) -> Site:
    lab = write_lab(tmp_path / "home" / "lab")
    (tmp_path / "spool").mkdir()
    intake = Intake(tmp_path / "spool", [lab.path], tmp_path / "home")
    return Site(grading=Grading(lambda out: None), intake=intake)


def left(site: Site) -> list[Path]:
    assert site.intake is not None
    return list(site.intake.spool.iterdir())


def ask(site: Site, folder: str) -> tuple[int, str]:
    answer = entered(site).upload("/new", [("files", "../../a.zip", b"x")], [("folder", folder)])
    return answer.status, answer.text


@pytest.mark.parametrize("folder", ["../out", "/tmp/out", "a/b", ".hidden", "..", "", "-x", "a\\b"])
def test_a_folder_cannot_lead_elsewhere(site, folder):
    status, text = ask(site, folder)
    assert status == 400
    assert "The folder needs a name" in text
    assert left(site) == []


def test_a_folder_that_holds_something_else_is_refused(site):
    (site.intake.home / "thesis").mkdir()
    (site.intake.home / "thesis" / "chapter.txt").touch()
    status, text = ask(site, "thesis")
    assert (status, "holds something else" in text) == (400, True)
    assert [one.name for one in (site.intake.home / "thesis").iterdir()] == ["chapter.txt"]


def test_what_is_too_large_is_refused_and_removed(site):
    config = site.intake.configs[0]
    config.write_text(config.read_text().replace("output_mb: 1}", "output_mb: 1, archive_mb: 1}"))
    answer = entered(site).upload("/new", [("files", "a.zip", b"x" * 1_100_000)], [("folder", "out")])
    assert answer.status == 413
    assert left(site) == []
    assert not (site.intake.home / "out").exists()


def test_a_form_that_breaks_off_is_refused_and_removed(site):
    body = b'--frontier\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\nabc'
    browser = entered(site)
    assert browser.sent("/new", body, "multipart/form-data; boundary=frontier").status == 400
    assert browser.post("/new", [("files", "a")]).status == 400
    assert left(site) == []


def test_only_a_page_of_ours_may_begin(site):
    browser = entered(site)
    for address in ("/new", "/add", "/again", "/progress/stop"):
        assert browser.post(address, origin="http://evil.example").status == 403
        assert browser.post(address, origin="").status == 403
    for address in ("/again", "/progress/stop"):
        assert browser.get(address).status == 405
    assert browser.get("/progress").status == 303


def test_files_are_kept_in_the_report_under_their_own_names(tmp_path):
    given = []
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        given.append(tmp_path / str(number) / "rnn_lab.ipynb")
        given[-1].write_text(str(number))
    task = new_class(tmp_path / "grading_config.yml", tmp_path / "out", given, None)
    kept = [Path(one) for one in task.arguments[task.arguments.index("--") + 1 :]]
    assert [one.read_text() for one in kept] == ["1", "2"]
    assert all(one.is_relative_to(tmp_path / "out" / ".autograder") for one in kept)


def test_a_class_is_added_to_only_when_that_is_said(tmp_path):
    write_class(tmp_path, students(1))
    intake = Intake(tmp_path, [], tmp_path)
    assert intake.proposed() == "graded-2"
    assert intake.folder("graded", True) == tmp_path / "graded"
    with pytest.raises(UsageError, match="holds a class of Words and derivations with 1 submissions"):
        intake.folder("graded", False)


@pytest.mark.parametrize("name", ["words.ipynb", "final.ipynb", "ben.ipynb", "words (1).ipynb"])
def test_a_notebook_is_of_the_student_whom_somebody_chose(tmp_path, name):
    """Whatever its own name says: it would be somebody new's otherwise."""
    written = write_class(tmp_path, students(2))
    desk = Desk(written.out)
    (tmp_path / "sent").mkdir()
    file = tmp_path / "sent" / name
    file.write_bytes(notebook_bytes("x = 1"))
    task = more_submissions(
        desk.run, desk.lab.path, desk.out, [file], tmp_path / "spool", "Student 001", "words.ipynb"
    )
    given = Given(desk.run.paths, worksheet=desk.run.worksheet, added=(Path(task.arguments[-1]),))
    (tmp_path / "unpacked").mkdir()
    found = find_class(given, tmp_path / "unpacked", desk.lab).submissions
    assert [one.id for one in found] == list(written.ids)
    assert found[1].file.read_bytes() == notebook_bytes("x = 1")


def test_what_everybody_s_notebook_is_called():
    every = [
        "rnn_lab.ipynb",
        "RNN_lab.ipynb",
        "rnn_lab (2).ipynb",
        "rnn_lab-Copy1.ipynb",
        "rnn_lab.ipynb.txt",
    ]
    assert [says_nobody(name, "rnn_lab.ipynb") for name in every] == [True] * 5
    assert not any(says_nobody(name, "rnn_lab.ipynb") for name in ("ada.ipynb", "rnn_lab_ada.ipynb"))
