"""Texts that an LMS put into its export: read when asked for, within limits, and no student's."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.config.schema import Limits
from autograder.uploads import upload as uploads
from autograder.uploads.upload import Upload, open_upload
from autograder.uploads.uploaded import LARGEST_TEXT

GOOD = b'{"cells": []}'
LIMITS = Limits(notebook_mb=1, archive_mb=5, archive_members=100)


def opened(path: Path, tmp_path: Path) -> Upload:
    (tmp_path / "spool").mkdir(exist_ok=True)
    return open_upload(path, tmp_path / "spool", LIMITS)


def zipped(tmp_path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    file = tmp_path / "class.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file


def texts(path: Path, tmp_path: Path) -> dict[str, bytes]:
    asked = opened(path, tmp_path).texts(lambda parts: parts[-1].endswith(".txt"))
    return {"/".join(parts): data for parts, data in asked.items()}


def test_texts_are_read_where_they_are_wanted(tmp_path: Path) -> None:
    file = zipped(
        tmp_path, ("Lab/a.txt", b"a"), ("Lab/b.csv", b"b"), ("Lab/lab.ipynb.txt", GOOD), ("__MACOSX/._a.txt", b"x")
    )  # fmt: skip
    assert texts(file, tmp_path) == {"Lab/a.txt": b"a"}
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    assert texts(folder, tmp_path) == {"Lab/a.txt": b"a"}


def test_what_lies_in_an_archive_of_a_student_is_not_asked_for(tmp_path: Path) -> None:
    inner = zipped(tmp_path, ("lab.ipynb", GOOD), ("list.txt", b"lie")).read_bytes()
    asked: list[tuple[str, ...]] = []
    one = opened(zipped(tmp_path, ("ada/lab.zip", inner), ("list.txt", b"true")), tmp_path)
    assert one.texts(lambda parts: not asked.append(parts)) == {("list.txt",): b"true"}
    assert asked == [("list.txt",)]


def test_what_is_too_large_or_no_plain_file_is_left_out(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = zipfile.ZipInfo("lzma.txt")
    packed.compress_type = zipfile.ZIP_LZMA
    many = b"".join(f"{n}\n".encode() for n in range(200_000))
    file = zipped(
        tmp_path, ("large.txt", bytes(LARGEST_TEXT + 1)), (link, b"/etc/passwd"), (packed, b"x"),
        ("../up.txt", b"x"), ("many.txt", many), ("good.txt", b"good"),
    )  # fmt: skip
    assert texts(file, tmp_path) == {"many.txt": many, "good.txt": b"good"}


def test_all_texts_together_have_a_limit_and_the_smallest_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_TEXTS_MB", 1)
    noise = bytes(range(256)) * 3000
    file = zipped(tmp_path, ("1.txt", noise), ("2.txt", noise), ("small.txt", b"s"))
    assert list(texts(file, tmp_path)) == ["small.txt", "1.txt"]


def test_what_is_unpacked_takes_nothing_from_the_texts(tmp_path: Path) -> None:
    file = zipped(tmp_path, *((f"{n}.ipynb", bytes(2**20)) for n in range(9)), ("list.txt", b"list"))
    assert texts(file, tmp_path) == {"list.txt": b"list"}


def test_a_damaged_text_is_left_out(tmp_path: Path) -> None:
    file = zipped(tmp_path, ("a.txt", b"abcdefgh" * 100), ("b.txt", b"b"))
    data = bytearray(file.read_bytes())
    data[len("a.txt") + 30 + 2] ^= 0xFF
    file.write_bytes(bytes(data))
    assert texts(file, tmp_path) == {"b.txt": b"b"}


def test_a_link_out_of_a_folder_and_a_pipe_are_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(folder / "pipe.txt")
    (folder / "good.txt").write_text("good")
    assert texts(folder, tmp_path) == {"good.txt": b"good"}


@pytest.mark.parametrize("name", ["lab.ipynb", "broken.zip"])
def test_a_notebook_alone_and_a_broken_archive_have_none(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    assert opened(tmp_path / name, tmp_path).texts(lambda parts: True) == {}
