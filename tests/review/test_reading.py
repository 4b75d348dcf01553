"""The process that reads what students wrote: what it makes of it, and what comes of a file that breaks it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import signal
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.config.load import Lab
from autograder.errors import NotGradable, RefusedMember
from autograder.model import Beside, Grade, ManualQuestion, Status, Submission
from autograder.review import kinds
from autograder.review.kinds import kind_of
from autograder.review.reader import Reader, Unread
from autograder.review.student_work import ANOTHER_FILE, NOT_OPEN, UNSEEN, StudentWork
from autograder.submissions.discover import discover
from autograder.uploads.beside import read_beside
from tests.review.classes import DERIVATION, PLACEHOLDER, write_lab


def png(width: int = 1, height: int = 1) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return write_lab(tmp_path_factory.mktemp("reading") / "lab")


@pytest.fixture(scope="module")
def work(lab: Lab) -> Iterator[StudentWork]:
    found = StudentWork()
    yield found
    found.close()


def cell(source: str, id: str, **more: object) -> dict[str, object]:
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": source, **more}


def notebook(folder: Path, *own: dict[str, object], name: str = "words.ipynb") -> Path:
    """The lab's notebook with these cells between the first exercise and the second."""
    ask = cell("## Exercise 1\nDerive it.", f"asks-{DERIVATION}")
    cells = [cell("# Words and derivations", "title"), ask, *own, cell("## End", "end")]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return file


def answer(work: StudentWork, lab: Lab, one: Submission | None, digest: str = "", text: str = "as graded"):
    """The answer in a submission's notebook."""
    if one is not None and one.file is not None:
        digest = digest or hashlib.sha256(one.file.read_bytes()).hexdigest()
    grade = Grade(Submission("s", "s.ipynb", "S"), Status.GRADED, digest=digest)
    return work.answer(lab.path, one, grade, ManualQuestion(DERIVATION, "D", 3, text))


def test_every_cell_of_the_students_own_is_in_the_answer_with_its_pictures(
    work: StudentWork, lab: Lab, tmp_path: Path
) -> None:
    data = base64.b64encode(png()).decode()
    file = notebook(
        tmp_path,
        cell(f"First ![a](attachment:my%20scan.png) and ![b](data:image/png;base64,{data})", "one",
             attachments={"my scan.png": {"image/png": data}, "else.png": {"image/png": data}}),
        {"cell_type": "code", "id": "two", "metadata": {}, "source": "x = '<b>'", "outputs": [],
         "execution_count": None},
        cell("Last $a^2$", "three"),
    )  # fmt: skip
    found = answer(work, lab, Submission("s", "s.ipynb", "S", file=file))
    first, code, last = found.parts
    assert first.html.count("<img") == 2
    assert [one["name"] for one in first.pictures] == ["else.png"]
    assert code.code == "x = '<b>'"
    assert '<span class="math">a^2</span>' in last.html
    addresses = [part.split('"')[0] for part in first.html.split('src="')[1:]]
    for address in [*addresses, first.pictures[0]["address"]]:
        assert work.picture(lab.path, address.removeprefix("/picture/"), None) == png()
    assert answer(work, lab, Submission("s", "s.ipynb", "S", file=file)) is found  # not read again


def test_an_answer_without_its_file_or_with_another_one_is_the_one_that_was_graded(
    work: StudentWork, lab: Lab, tmp_path: Path
) -> None:
    one = Submission("s", "s.ipynb", "S", file=notebook(tmp_path, cell("new", "one")))
    other = answer(work, lab, one, digest="0" * 64)
    assert (other.note, "as graded" in other.parts[0].html) == (ANOTHER_FILE, True)
    grade = Grade(Submission("s", "s.ipynb", "S"), Status.GRADED, digest="1")
    for pictures, said in (((), ""), (("a.png",), NOT_OPEN)):
        question = ManualQuestion(DERIVATION, "D", 3, f"as graded {said}", pictures=pictures)
        unopened = work.answer(lab.path, None, grade, question)
        assert (unopened.note, "as graded" in unopened.parts[0].html) == (said, True)
    assert answer(work, lab, None, text="  ").parts == []


@pytest.mark.parametrize("text", ["<!-- all of it -->", "\u200b\u2060", "> " * 500, "[a]: #b 'c'"])
def test_an_answer_of_which_nothing_would_be_seen_is_shown_as_it_was_typed(
    work: StudentWork, lab: Lab, text: str
) -> None:
    found = answer(work, lab, None, text=text)
    assert (found.parts, found.raw, found.note) == ((), text, UNSEEN)
    assert answer(work, lab, None, text=f"{text}\n\nx").note == ""


@pytest.mark.thorough  # of its kind: a notebook that needs more memory than there is
def test_a_process_that_hangs_or_dies_is_replaced_and_the_text_is_shown_as_it_is(
    lab: Lab, tmp_path: Path
) -> None:
    reader = Reader()
    work = StudentWork(reader)
    for harm in (signal.SIGSTOP, signal.SIGKILL):
        reader.seconds = 20.0
        assert answer(work, lab, None, text=f"*{harm}*").parts[0].html == f"<p><em>{harm}</em></p>\n"
        assert reader.pid is not None
        os.kill(reader.pid, harm)
        reader.seconds = 0.5
        began = time.monotonic()
        broken = answer(work, lab, None, text=f"*{harm}* <b>")
        assert broken.raw == f"*{harm}* <b>"
        assert broken.note.startswith("Shown as it was typed: reading it")
        assert not broken.parts
        assert time.monotonic() - began < 20  # the usual patience
    reader.seconds = 20.0
    assert answer(work, lab, None, text="*again*").parts[0].html == "<p><em>again</em></p>\n"
    work.close()


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 1_000_000,
        json.dumps({"cells": [cell("a", "a", attachments={"a": 1, "b": {"image/png": [1, None]}}), 7]}).encode(),
        json.dumps({"cells": [{"cell_type": "code", "source": "1", "outputs": {"a": 1}, "metadata": 3}]}).encode(),
        json.dumps({"cells": [{"cell_type": "code", "source": "1", "outputs": [7, {"data": [1]}, {"text": {}}]}]})
        .encode(),
        b'{"cells": [' + b'{"cell_type": "code", "source": "1", "outputs": [' + b"[" * 900 + b"]" * 900 + b"]}]}",
        b"",
        b"\xff\xfe\x00",
    ],
)  # fmt: skip
def test_any_notebook_is_shown_or_a_sentence_says_why_not(
    work: StudentWork, lab: Lab, tmp_path: Path, data: bytes
) -> None:
    file = tmp_path / "a.ipynb"
    file.write_bytes(data)
    found = work.handed_in(lab.path, Submission("s", "s.ipynb", "S", file=file))
    assert found.rows or found.problem
    good = work.handed_in(lab.path, Submission("s", "s", "S", file=notebook(tmp_path, cell("**b**", "b"))))
    assert "<strong>b</strong>" in good.rows[2]["html"]


def test_a_notebook_that_needs_more_memory_than_there_is_costs_itself_alone(
    work: StudentWork, lab: Lab, tmp_path: Path
) -> None:
    config = lab.path.with_name("small.yml")
    config.write_text(lab.path.read_text().replace("output_mb: 1", "output_mb: 1, reading_mb: 120"))
    file = tmp_path / "large.ipynb"
    file.write_bytes(b'{"cells": [{"cell_type": "markdown", "source": "' + b"x" * 45_000_000 + b'"}]}')
    found = work.handed_in(config, Submission("s", "s.ipynb", "S", file=file))
    assert found.problem == "It cannot be shown: reading it ended the process that reads."
    assert answer(work, lab, None, text="*after*").parts[0].html == "<p><em>after</em></p>\n"


# What lies beside the notebook


def zipped(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def pictures_of(path: Path, tmp_path: Path, lab: Lab) -> dict[str, bytes]:
    """What lies beside the notebooks of an upload, by name, found in it again."""
    spool = tmp_path / "spool"
    spool.mkdir(exist_ok=True)
    found = discover([path], spool, lab.config.limits, "words.ipynb")
    told = [(name, at) for one in found for name, at in zip(one.pictures, one.picture_files, strict=True)]
    return {name: read_beside(at, spool) for name, at in told}


@pytest.mark.parametrize("form", ["folder", "zip", "zip in a folder", "zip in a zip"])
def test_a_picture_beside_the_notebook_is_found_again(form: str, tmp_path: Path, lab: Lab) -> None:
    book = notebook(tmp_path / "made", cell("see the scan", "a")).read_bytes()
    members = {"words.ipynb": book, "scan.png": png(), "pages/two.pdf": b"%PDF-1.4"}
    wanted = {"scan.png": png(), "pages/two.pdf": b"%PDF-1.4"}
    given = tmp_path / ("ada.zip" if "zip" in form[:3] else "given")
    if form == "folder":
        for name, data in members.items():
            (given / "ada" / name).parent.mkdir(parents=True, exist_ok=True)
            (given / "ada" / name).write_bytes(data)
    elif form == "zip in a folder":
        given.mkdir()
        (given / "ada.zip").write_bytes(zipped(members))
    else:
        given = tmp_path / "class.zip"
        inner = {f"ada/{name}": data for name, data in members.items()}
        given.write_bytes(zipped(inner if form == "zip" else {"ada.zip": zipped(members)}))
    assert pictures_of(given, tmp_path, lab) == wanted


def test_a_link_out_of_the_upload_is_no_picture(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"of the grader")
    given = tmp_path / "given"
    given.mkdir()
    (given / "scan.png").symlink_to(secret)
    with pytest.raises(RefusedMember, match="leads out of the folder"):
        read_beside(Beside(given, ("scan.png",)), tmp_path)
    for path in (("..", "secret.png"), (str(secret),), ()):
        with pytest.raises(NotGradable):
            read_beside(Beside(given, path), tmp_path)
    archive = tmp_path / "a.zip"
    link = zipfile.ZipInfo("scan.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(link, str(secret))
    with pytest.raises(RefusedMember, match="symbolic link"):
        read_beside(Beside(archive, ("scan.png",)), tmp_path)


def test_a_bomb_beside_the_notebook_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(
        zipped({"scan.png": bytes(17 * 2**20), "in.zip": zipped({"b.png": bytes(17 * 2**20)})})
    )
    for path in (("scan.png",), ("in.zip", "b.png")):
        with pytest.raises(RefusedMember):
            read_beside(Beside(archive, path), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(), kinds.PNG),
        (png(100_000, 100_000), kinds.OTHER),
        (b"GIF89a\x01\0\x01\0\0\0\0\0", kinds.GIF),
        (b"GIF89a\xff\xff\xff\xff\0\0\0\0", kinds.OTHER),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\x09\0\0\x09\0\0", kinds.WEBP),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\xff\xff\xff\xff\xff\xff", kinds.OTHER),
        (b"\0\0\0\x18ftypheic", kinds.HEIC),
        (b"%PDF-1.7\n", kinds.PDF),
        (b"<?xml version='1.0'?><SVG onload='alert(1)'>", kinds.SVG),
        (b"<html><script>alert(1)</script>", kinds.OTHER),
        (b"", kinds.OTHER),
        (PLACEHOLDER.encode(), kinds.OTHER),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say(data: bytes, kind: kinds.Kind) -> None:
    assert kind_of(data) is kind
    assert kind.is_shown == (kind in (kinds.PNG, kinds.JPEG, kinds.GIF, kinds.WEBP))


def test_what_is_no_ticket_of_ours_opens_nothing(work: StudentWork, lab: Lab) -> None:
    for name in ("", "-", "x-0", "../x-0", "x-\u0661"):
        with pytest.raises(Unread, match="no such picture"):
            work.picture(lab.path, name, None)
