"""Hostile, damaged and merely odd zip archives, made byte by byte."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.errors import NotGradable
from autograder.uploads.archive import unpack
from autograder.uploads.member_bytes import Budget
from autograder.uploads.uploaded import UploadedFile

MB = 2**20
GOOD = b'{"cells": []}'


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def by_hand(*members: tuple[bytes, bytes], flags: int = 0, offsets: list[int] | None = None) -> bytes:
    """A zip of stored members with exactly these names: ``zipfile`` would not write most of them."""
    body, directory = b"", b""
    for index, (name, data) in enumerate(members):
        sizes = (zlib.crc32(data), len(data), len(data), len(name), 0)
        offset = offsets[index] if offsets else len(body)
        directory += (
            struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, flags, 0, 0, 0, *sizes, 0, 0, 0, 0, offset) + name
        )
        body += struct.pack("<4s5H3L2H", b"PK\3\4", 20, flags, 0, 0, 0, *sizes) + name + data
    count = len(members)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end


class Box:
    """An upload and a spool to unpack it into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool = folder / "spool"
        self.spool.mkdir()

    def unpack(
        self, data: bytes, size: int = 10 * MB, members: int = 100, file_limit: int = 2 * MB
    ) -> list[UploadedFile]:
        path = self.folder / "upload.zip"
        path.write_bytes(data)
        return unpack(path, self.spool, Budget(size, members), file_limit)

    def verdicts(self, data: bytes, **limits: int) -> dict[str, str]:
        """What became of each member; all that is on disk afterwards is in the spool and listed."""
        found = self.unpack(data, **limits)
        spooled = {member.file for member in found if member.file}
        assert spooled == set(self.spool.iterdir())
        assert all(not (member.file and member.problem) for member in found)
        assert {path.name for path in self.folder.iterdir()} == {"spool", "upload.zip"}
        return {m.name: m.problem or ("unpacked" if m.file else "listed") for m in found}


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_notebooks_are_unpacked_under_generated_names_and_the_rest_is_listed(box: Box) -> None:
    found = box.unpack(zipped(("Ada Lovelace_1/lab.ipynb", GOOD), ("Ada Lovelace_1/notes.txt", b"hi")))
    assert [(member.name, bool(member.file)) for member in found] == [
        ("Ada Lovelace_1/lab.ipynb", True),
        ("Ada Lovelace_1/notes.txt", False),
    ]
    file = found[0].file
    assert file is not None
    assert file.read_bytes() == GOOD
    assert file.parent == box.spool
    assert "lab" not in file.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_folders_hidden_files_and_litter_are_left_out(box: Box) -> None:
    names = [
        "__MACOSX/a/._lab.ipynb",
        "a/._lab.ipynb",
        "a/.DS_Store",
        "a/.ipynb_checkpoints/lab-checkpoint.ipynb",
        "a/Thumbs.db",
        "a/desktop.ini",
        "a/~lab.ipynb",
        "a/",
    ]
    assert box.verdicts(zipped(*[(name, b"") for name in names], ("a/lab.ipynb", GOOD))) == {
        "a/lab.ipynb": "unpacked"
    }


@pytest.mark.parametrize(
    ("name", "because"),
    [
        (b"../evil.ipynb", "its name leads out of the archive (..)"),
        (b"a/../../evil.ipynb", "its name leads out of the archive (..)"),
        (b"a/..", "its name leads out of the archive (..)"),
        (b"/etc/evil.ipynb", "its name is an absolute path"),
        (b"//server/evil.ipynb", "its name is an absolute path"),
        (b"C:/evil.ipynb", "its name begins with a drive letter"),
        (b"c:evil.ipynb", "its name begins with a drive letter"),
        (b"..\\evil.ipynb", "its name holds a backslash"),
        (b"a\\evil.ipynb", "its name holds a backslash"),
        (b"evil.ipynb\0.txt", "its name holds a NUL byte"),
        (b"../../etc/cron.d/evil", "its name leads out of the archive (..)"),
        (b"", "it has no name"),
        (b"./.", "it has no name"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_and_the_others_are_unpacked(
    box: Box, name: bytes, because: str
) -> None:
    verdicts = box.verdicts(by_hand((b"a/first.ipynb", GOOD), (name, GOOD), (b"last.ipynb", GOOD)))
    assert verdicts.pop("a/first.ipynb") == verdicts.pop("last.ipynb") == "unpacked"
    assert list(verdicts.values()) == [because]


def test_control_characters_do_not_reach_the_listing(box: Box) -> None:
    assert box.verdicts(by_hand((b"a\x1b[2Jb\n.ipynb", GOOD))) == {"a\ufffd[2Jb\ufffd.ipynb": "unpacked"}


def typed(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (mode | 0o777) << 16
    return info


def test_links_and_devices_are_refused(box: Box) -> None:
    members = [
        (typed("link.ipynb", stat.S_IFLNK), b"/etc/passwd"),
        (typed("link.zip", stat.S_IFLNK), b"/etc/passwd"),
        (typed("pipe.ipynb", stat.S_IFIFO), b""),
        (typed("disk.ipynb", stat.S_IFBLK), b""),
        (typed("good.ipynb", stat.S_IFREG), GOOD),
    ]
    assert box.verdicts(zipped(*members)) == {
        "link.ipynb": "it is a symbolic link",
        "link.zip": "it is a symbolic link",
        "pipe.ipynb": "it is not a regular file",
        "disk.ipynb": "it is not a regular file",
        "good.ipynb": "unpacked",
    }


def test_encrypted_members_are_refused(box: Box) -> None:
    assert box.verdicts(by_hand((b"a.ipynb", GOOD), flags=1)) == {"a.ipynb": "it is encrypted"}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_expand_without_bound_are_refused(box: Box, method: int) -> None:
    because = "it is compressed with another method than Deflate"
    assert box.verdicts(zipped(("a.ipynb", GOOD), method=method)) == {"a.ipynb": because}


def test_members_that_share_bytes_are_refused(box: Box) -> None:
    data = by_hand(
        (b"a.ipynb", GOOD), (b"b.ipynb", GOOD), (b"c.ipynb", GOOD), offsets=[0, 0, 2 * (37 + len(GOOD))]
    )
    because = "its bytes overlap those of another member"
    assert box.verdicts(data) == {"a.ipynb": because, "b.ipynb": because, "c.ipynb": "unpacked"}


def test_a_quine_like_nesting_of_one_member_over_others_is_refused(box: Box) -> None:
    inner = by_hand((b"b.ipynb", GOOD))[: 37 + len(GOOD)]
    data = by_hand((b"a.ipynb", inner), (b"b.ipynb", GOOD), offsets=[0, 37])
    assert set(box.verdicts(data).values()) == {"its bytes overlap those of another member"}


def test_a_member_that_claims_the_directory_as_its_bytes_is_refused(box: Box) -> None:
    data = bytearray(by_hand((b"a.ipynb", GOOD)))
    at = data.index(b"PK\1\2") + 20
    data[at : at + 8] = struct.pack("<2L", len(GOOD) + 10, len(GOOD) + 10)
    assert box.verdicts(bytes(data)) == {"a.ipynb": "its bytes overlap those of another member"}


def test_equal_names_are_refused_whatever_their_case_and_composition(box: Box) -> None:
    names = [
        "a/Lösung.ipynb",
        "a/LÖSUNG.ipynb",
        "a/Lo\u0308sung.ipynb",
        "a//./Lösung.ipynb",
        "b/Lösung.ipynb",
    ]
    found = box.unpack(zipped(*[(name, name.encode()) for name in names]))
    assert [member.problem for member in found] == [
        "",
        *["another member has the same name (a/Lösung.ipynb)"] * 3,
        "",
    ]
    assert found[0].file is not None
    assert found[0].file.read_bytes() == names[0].encode()


def test_utf8_names_without_the_flag_are_repaired_and_real_cp437_stays(box: Box) -> None:
    data = by_hand(("Zoë Größe.ipynb".encode(), GOOD), ("Müller.ipynb".encode("cp437"), GOOD))
    assert box.verdicts(data) == {"Zoë Größe.ipynb": "unpacked", "Müller.ipynb": "unpacked"}


# Bombs


def test_a_member_larger_than_the_limit_is_refused(box: Box) -> None:
    data = zipped(("big.ipynb", bytes(3 * MB)), ("small.ipynb", GOOD))
    assert box.verdicts(data) == {"big.ipynb": "it is larger than 2 MB", "small.ipynb": "unpacked"}


def test_a_member_that_lies_about_its_size_is_stopped(box: Box) -> None:
    data = bytearray(zipped(("big.ipynb", bytes(3 * MB)), ("small.ipynb", GOOD)))
    at = data.index(b"PK\1\2") + 24
    data[at : at + 4] = struct.pack("<L", 100)
    verdicts = box.verdicts(bytes(data))
    assert verdicts["big.ipynb"].startswith("it is damaged (Bad CRC-32")
    assert verdicts["small.ipynb"] == "unpacked"


def test_a_bomb_is_stopped_by_its_ratio_before_it_reaches_the_limits(box: Box) -> None:
    verdicts = box.verdicts(zipped(("bomb.ipynb", bytes(40 * MB))), size=100 * MB, file_limit=50 * MB)
    assert verdicts == {"bomb.ipynb": "it unpacks to more than 200 times its size"}


def test_bombs_cannot_use_up_the_budget_of_small_notebooks(box: Box) -> None:
    bombs = [(f"a/{index}.ipynb", bytes(MB)) for index in range(8)]
    verdicts = box.verdicts(zipped(*bombs, ("z/honest.ipynb", GOOD)), size=4 * MB)
    assert verdicts.pop("z/honest.ipynb") == "unpacked"
    assert sorted(verdicts.values()) == sorted(
        ["unpacked"] * 3 + ["the limit of everything unpacked from one upload (archive_mb) is used up"] * 5
    )


def test_too_many_members_are_refused_as_a_whole(box: Box) -> None:
    with pytest.raises(NotGradable, match=r"too many members \(5 are allowed\)"):
        box.unpack(zipped(*[(f"{index}.txt", b"") for index in range(6)]), members=5)


def test_a_directory_that_would_fill_the_memory_is_not_even_loaded(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = by_hand(*[(b"%05d.txt" % index, b"") for index in range(20_000)])
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(NotGradable, match="too many members"):
        box.unpack(data, members=100)
    with pytest.raises(NotGradable, match="too many members"):
        box.unpack(data[:-2] + b"\5\0hello", members=100)  # a comment follows the end record


# Archives in archives


def test_an_otter_export_is_opened(box: Box) -> None:
    export = zipped(
        ("rnn_lab.ipynb", GOOD), ("rnn_lab.pdf", b"%PDF"), (".OTTER_LOG", b""), ("__zip_filename__", b"x")
    )
    found = box.unpack(zipped(("b.ipynb", GOOD), ("Ada_1/rnn_lab_2024.zip", export), ("a.ipynb", GOOD)))
    assert [(member.name, bool(member.file)) for member in found] == [
        ("b.ipynb", True),
        ("Ada_1/rnn_lab_2024.zip/rnn_lab.ipynb", True),
        ("Ada_1/rnn_lab_2024.zip/rnn_lab.pdf", False),
        ("Ada_1/rnn_lab_2024.zip/__zip_filename__", False),
        ("a.ipynb", True),
    ]
    assert len(list(box.spool.iterdir())) == 3


def test_archives_are_opened_once_only(box: Box) -> None:
    deep = zipped(("x.ipynb", GOOD))
    for name in ("two.zip", "one.zip"):
        deep = zipped((name, deep))
    assert box.verdicts(deep) == {"one.zip/two.zip": "archives in archives are opened only once"}


def test_what_is_wrong_inside_a_nested_archive_stays_there(box: Box) -> None:
    data = zipped(
        ("damaged.zip", b"PK\3\4 no zip at all"),
        ("empty.zip", b""),
        ("nothing.zip", zipped(("photo.jpg", b"x"))),
        ("evil.zip", by_hand((b"../e.ipynb", GOOD), (b"ok.ipynb", GOOD))),
        ("many.zip", zipped(*[(f"{index}.txt", b"") for index in range(50)])),
        ("good.ipynb", GOOD),
    )
    verdicts = box.verdicts(data)
    assert verdicts.pop("damaged.zip").startswith("the zip archive is damaged or incomplete (")
    assert verdicts == {
        "empty.zip": "the zip archive is an empty file",
        "nothing.zip/photo.jpg": "listed",
        "nothing.zip": "no notebook (.ipynb) in this archive",
        "evil.zip/../e.ipynb": "its name leads out of the archive (..)",
        "evil.zip/ok.ipynb": "unpacked",
        "many.zip": "the zip archive has too many members (9 are allowed)",
        "good.ipynb": "unpacked",
    }


def test_a_nested_archive_may_unpack_to_twice_the_size_of_a_file(box: Box) -> None:
    nested = zipped(*[(f"{index}.ipynb", bytes(2 * MB)) for index in range(3)])
    verdicts = box.verdicts(zipped(("a.zip", nested)))
    assert sorted(verdicts.values())[1:] == ["unpacked", "unpacked"]


# Damage


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (b"", "the zip archive is an empty file"),
        (b"<html>Log in</html>", "damaged or incomplete (File is not a zip file)"),
        (zipped(("a.ipynb", GOOD))[:-30], "damaged or incomplete (File is not a zip file)"),
        (
            by_hand((b"a.ipynb", GOOD)).replace(b"PK\1\2", b"PX\1\2").replace(b"\7\0\0\0", b"\7\0\7\0"),
            "damaged or incomplete (Bad magic number for central directory)",
        ),
    ],
    ids=[
        "empty",
        "a page",
        "cut off",
        "damaged",
    ],  # zips hold the time: other processes must find the same names
)
def test_an_archive_that_cannot_be_read_says_why(box: Box, data: bytes, because: str) -> None:
    with pytest.raises(NotGradable) as caught:
        box.unpack(data)
    assert because in str(caught.value)


def test_a_member_whose_bytes_are_damaged_costs_only_itself(box: Box) -> None:
    noise = random.Random(1).randbytes(5000)
    data = bytearray(zipped(("a.ipynb", noise), ("b.ipynb", GOOD)))
    data[1000] ^= 0xFF
    verdicts = box.verdicts(bytes(data))
    assert verdicts["a.ipynb"].startswith("it is damaged (")
    assert verdicts["b.ipynb"] == "unpacked"


THREE = ("ada/läb.ipynb", "bob/lab.ipynb", "cy/lab.ipynb")


def entry_of(data: bytes, index: int) -> tuple[int, int]:
    """Where an entry of the directory begins and ends."""
    starts = [at for at in range(len(data)) if data[at : at + 4] in (b"PK\1\2", b"PK\5\6")]
    return starts[index], starts[index + 1]


@pytest.mark.parametrize("index", range(3))
@pytest.mark.parametrize("change", [0x01, 0x08, 0x80, 0xFF])
def test_a_damaged_entry_of_the_directory_costs_at_most_its_own_member(
    box: Box, index: int, change: int
) -> None:
    time = b"UT\5\0\1abcd"
    infos = [zipfile.ZipInfo(name) for name in THREE]
    for info in infos:
        info.extra, info.comment = time, b"hi"
    whole = zipped(*[(info, GOOD * 20) for info in infos], method=zipfile.ZIP_STORED)
    assert list(box.verdicts(whole).values()) == ["unpacked"] * 3
    for at in range(*entry_of(whole, index)):
        for file in box.spool.iterdir():
            file.unlink()
        data = bytearray(whole)
        data[at] ^= change
        found = box.unpack(bytes(data))
        fates = [member.problem or ("unpacked" if member.file else "listed") for member in found]
        own = fates.pop(index)
        assert fates == ["unpacked"] * 2, (at, found)
        assert own


def changed(data: bytes, index: int, at: int, value: bytes) -> bytes:
    """An archive with other bytes in one entry of its directory."""
    start = entry_of(data, index)[0] + at
    return data[:start] + value + data[start + len(value) :]


@pytest.mark.parametrize(
    ("at", "value"),
    [
        pytest.param(0, b"XXXX", id="signature"),
        pytest.param(6, b"\x63", id="version 9.9"),
        pytest.param(12, b"\xff" * 4, id="no date"),
        pytest.param(28, b"\1\0", id="short name"),
        pytest.param(28, b"\xff\xff", id="long name"),
        pytest.param(30, b"\xff\xff", id="long extra field"),
        pytest.param(32, b"\xff\xff", id="long comment"),
        pytest.param(32, b"\x3b\0", id="a comment as long as the next entry"),
        pytest.param(34, b"\7\0", id="another disk"),
    ],
)
def test_what_zipfile_would_refuse_as_a_whole_is_mended(box: Box, at: int, value: bytes) -> None:
    data = zipped(*[(name, GOOD) for name in ("a/lab.ipynb", "bb/lab.ipynb", "c/lab.ipynb")])
    data = changed(data, 0, at, value)
    assert set(box.verdicts(data).values()) == {"unpacked"}
    assert len(list(box.spool.iterdir())) == 3


def test_a_length_that_nothing_corrects_makes_its_member_nameless(box: Box) -> None:
    data = zipped(("a.ipynb", GOOD), ("b.ipynb", GOOD))
    data = b"XX" + changed(data, 0, 28, b"\3\0")[2:]  # the member's own header is damaged as well
    data = data.replace(b"a.ipynb", b"x.ipynb", 1)
    assert box.verdicts(data) == {"": "it has no name", "b.ipynb": "unpacked"}


def test_a_directory_of_which_only_the_beginning_is_left_is_refused_as_a_whole(box: Box) -> None:
    data = zipped(*[(f"{index}.txt", b"") for index in range(5000)])
    at = data.index(b"PK\1\2") + 4
    with pytest.raises(NotGradable, match=r"damaged or incomplete \(its directory is damaged\)"):
        box.unpack(data[:at] + data[at:].replace(b"PK\1\2", b"XX\1\2"), members=5000)


def test_a_name_that_is_not_utf8_is_read_as_before_there_was_the_flag(box: Box) -> None:
    data = by_hand(("Müller.ipynb".encode("cp437"), GOOD), ("Größe.ipynb".encode(), GOOD), flags=0x800)
    assert box.verdicts(data) == {"Müller.ipynb": "unpacked", "Größe.ipynb": "unpacked"}


@pytest.mark.parametrize("flags_at", [6, None])
def test_the_directory_says_how_a_name_is_encoded(box: Box, flags_at: int | None) -> None:
    data = by_hand(("Größe.ipynb".encode(), GOOD), flags=0x800)
    at = flags_at or entry_of(data, 0)[0] + 8
    assert box.verdicts(data[:at] + b"\0\0" + data[at + 2 :]) == {"Größe.ipynb": "unpacked"}


def test_headers_that_disagree_with_the_directory_cost_only_their_member(box: Box) -> None:
    data = zipped(*[(name, GOOD) for name in THREE])
    own_header = data.index(b"bob/lab.ipynb")
    verdicts = box.verdicts(data[:own_header] + b"eve" + data[own_header + 3 :])
    assert "differ" in verdicts.pop("bob/lab.ipynb")
    assert verdicts == {"ada/läb.ipynb": "unpacked", "cy/lab.ipynb": "unpacked"}


def test_a_name_beyond_all_measure_is_refused_and_shown_in_part(box: Box) -> None:
    name = "a" * 60_000 + ".ipynb"
    assert box.verdicts(zipped((name, GOOD), ("b.ipynb", GOOD)), members=1000) == {
        "a" * 100 + "…" + "a" * 94 + ".ipynb": "its name is longer than 4096 characters",
        "b.ipynb": "unpacked",
    }


def test_sizes_in_large_file_fields_are_read(box: Box) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("a.ipynb", "w", force_zip64=True) as member:
        member.write(GOOD)
    data = bytearray(buffer.getvalue())
    start, end = entry_of(bytes(data), 0)
    sizes = struct.pack("<2H2Q", 1, 16, len(GOOD), len(GOOD))
    data[start + 20 : start + 28] = b"\xff" * 8
    data[start + 30 : start + 32] = struct.pack("<H", len(sizes) + 7)
    data[end:end] = sizes + b"\x75\x70\xff\xffabc"  # a damaged field follows
    record = data.index(b"PK\5\6")
    (size,) = struct.unpack_from("<L", data, record + 12)
    struct.pack_into("<L", data, record + 12, size + len(sizes) + 7)
    assert box.verdicts(bytes(data)) == {"a.ipynb": "unpacked"}


def test_a_full_disk_is_not_the_students_fault(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.spool.rmdir()
    box.spool.symlink_to(box.folder / "nowhere")
    with pytest.raises(FileNotFoundError):
        box.unpack(zipped(("a.ipynb", GOOD)))


SEED = zipped(("a/lab.ipynb", GOOD * 20), ("b.zip", zipped(("lab.ipynb", GOOD))), ("c.ipynb", os.urandom(99)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=6), st.data())
def test_an_archive_with_any_bytes_changed_never_escapes(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    broken = bytearray(SEED)
    for at, value in changes:
        broken[at] = value
    cut = data.draw(st.integers(0, len(SEED)) if data.draw(st.booleans()) else st.just(len(SEED)))
    box = Box(tmp_path_factory.mktemp("fuzz"))
    try:
        box.verdicts(bytes(broken[:cut]))
    except NotGradable:
        assert not list(box.spool.iterdir())


@given(st.binary(max_size=100))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_an_archive_or_a_reason(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    box = Box(tmp_path_factory.mktemp("fuzz"))
    with pytest.raises(NotGradable):
        box.unpack(data + b"PK\5\6")
