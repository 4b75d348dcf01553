"""Uploads with anything changed anywhere: they are read, or refused with a reason, and nothing else happens.

The seeds are the corpora of damaged notebooks and hostile archives. Everything is derived, not random:
each run tries the same examples.
"""

from __future__ import annotations

import json
import runpy
import struct
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from hypothesis import given
from hypothesis import strategies as st

from autograder.config.schema import Limits
from autograder.errors import UnreadableNotebook
from autograder.model import AnswerState
from autograder.notebook.answers import CUT, LONGEST_ANSWER, answers
from autograder.notebook.read import read_notebook
from autograder.notebook.template_cells import TemplateCell
from autograder.submissions.discover import discover
from tests.engine.fuzzing import any_place, fuzz, never_hangs  # noqa: F401  never_hangs acts by being here

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
LIMITS = Limits(notebook_mb=1, archive_mb=4, archive_members=300)
SEED_BYTES = 20_000

TEMPLATE = (
    TemplateCell("title", "# Words"),
    TemplateCell("essay", "What surprised you?\n\n*Your answer*", manual="essay"),
    TemplateCell("code", "counts = ...", text=False),
)

FUZZ = fuzz(300)


# What happens to files on their way: bytes change, are lost, come twice.

INTERESTING = [b"", b"\0", b"\xff", b"{", b"}", b"[", b"]", b'"', b"\\", b"\\u", b",", b":", b"null", b"-", b"1e9", b"\xef\xbb\xbf", b"PK"]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, seeds: Callable[[], list[bytes]]) -> bytes:
    """A seed with up to six changes."""
    data = bytearray(draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 40))
        kind = draw(st.sampled_from(["change", "lose", "repeat", "insert", "cut"]))
        if kind == "change" and data:
            data[at] = draw(st.integers(0, 255))
        elif kind == "lose":
            del data[at : at + length]
        elif kind == "repeat":
            data[at:at] = data[at : at + length]
        elif kind == "insert":
            data[at:at] = draw(st.sampled_from(INTERESTING))
        elif kind == "cut" and draw(st.integers(0, 3)) == 0:
            del data[at:]
    return bytes(data)


@cache
def notebooks() -> list[bytes]:
    """The damaged notebooks that are small enough to be changed many times."""
    files = sorted((CORPUS / "damaged").glob("*/submission.ipynb"))
    return [data for file in files if 0 < len(data := file.read_bytes()) < SEED_BYTES]


def readable_or_refused(data: bytes) -> None:
    try:
        result = read_notebook(data, LIMITS)
    except UnreadableNotebook as refusal:
        reason = str(refusal)
        reason.encode()
        assert reason.strip()
        return
    nbformat.validate(result.notebook)
    for cell in result.notebook.cells:
        assert cell.metadata.keys() <= {"autograder"}
        assert not cell.get("outputs")
    "".join([*result.notes, *(name for names in result.attachments.values() for name in names)]).encode()
    found = answers(result.notebook.cells, result.attachments, ["essay"], TEMPLATE)["essay"]
    assert len(found.text) <= LONGEST_ANSWER + len(CUT)
    assert bool(found.text.strip() or found.pictures) == (found.state is AnswerState.FOUND)
    # What was repaired once needs no repair: the same cells, and nothing left to say of the format.
    again = read_notebook(nbformat.writes(result.notebook).encode(), LIMITS)
    assert again.notebook == result.notebook
    assert all("looks like code" in note for note in again.notes)


@FUZZ
@given(damaged(notebooks))
def test_a_notebook_with_any_bytes_changed(data: bytes) -> None:
    readable_or_refused(data)


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=6)
    | st.sampled_from(["code", "markdown", "python", "cells", "x" * 300, 10**40, -1, "4", [[]], {"": {}}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@st.composite
def changed_tree(draw: st.DrawFn) -> Any:
    """A notebook's JSON with other values, of any type, in up to four places."""
    tree = json.loads(
        (CORPUS / "damaged" / draw(st.sampled_from(SEED_CASES)) / "submission.ipynb").read_bytes()
    )
    for _ in range(draw(st.integers(1, 4))):
        if not tree:
            break
        holder, last = any_place(draw, tree)
        kind = draw(st.sampled_from(["replace", "remove", "wrap", "repeat"]))
        if kind == "remove":
            del holder[last]
        elif kind == "wrap":
            holder[last] = draw(
                st.sampled_from([[holder[last]], {"content": holder[last]}, {"cells": holder[last]}])
            )
        elif kind == "repeat" and isinstance(holder, list):
            holder.insert(last, holder[last])
        else:
            holder[last] = draw(WILD.map(deepcopy))
    return tree


SEED_CASES = [
    "attachments",
    "by_colab",
    "format_1",
    "format_2",
    "format_3",
    "wrapped_by_the_contents_service",
]


@FUZZ
@given(changed_tree())
def test_a_notebook_with_values_of_any_type_anywhere(tree: Any) -> None:
    readable_or_refused(json.dumps(tree).encode())


# Archives


@cache
def archives() -> list[bytes]:
    """The small archives of the corpus."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "upload.zip")
        result = []
        for build in sorted((CORPUS / "archives").glob("*/build.py")):
            if not build.parent.name.startswith(("bomb", "many", "environment")):
                runpy.run_path(str(build))["build"](path)
                if 0 < path.stat().st_size < SEED_BYTES:
                    result.append(path.read_bytes())
    return result


HEADERS = {b"PK\1\2": 46, b"PK\3\4": 30, b"PK\5\6": 22, b"PK\7\x08": 16}
VALUES = st.sampled_from(
    [0, 1, 2, 7, 8, 12, 0x0801, 0x7FFF, 0xFFFE, 0xFFFF, 2**31 - 1, 2**32 - 2, 2**32 - 1, 2**63]
)


@st.composite
def lying(draw: st.DrawFn) -> bytes:
    """An archive with other values in up to four fields of its headers."""
    data = bytearray(draw(st.sampled_from(archives())))
    starts = [(at, size) for mark, size in HEADERS.items() for at in positions(data, mark)]
    for _ in range(draw(st.integers(1, 4))):
        at, size = draw(st.sampled_from(starts or [(0, 8)]))
        field = at + draw(st.integers(4, size - 2))
        width = draw(st.sampled_from("HLQ"))
        value = draw(VALUES | st.integers(0, len(data))) % 2 ** (8 * struct.calcsize(f"<{width}"))
        data[field : field + struct.calcsize(f"<{width}")] = struct.pack(f"<{width}", value)
    return bytes(data)


def positions(data: bytearray, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)


def submissions_or_reasons(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        upload, spool = Path(folder, "upload.zip"), Path(folder, "spool")
        upload.write_bytes(data)
        spool.mkdir()
        found = discover([upload], spool, LIMITS, "words.ipynb")
        assert found
        assert len({one.id for one in found}) == len(found) <= LIMITS.archive_members
        for one in found:
            assert (one.file is None) == bool(one.problem)
            assert one.file is None or one.file.parent == spool
            "".join([one.source, one.student, one.problem, *one.notes]).encode()
        assert {path.name for path in Path(folder).iterdir()} == {"upload.zip", "spool"}
        assert all(path.is_file() and not path.is_symlink() for path in spool.iterdir())
        assert sum(path.stat().st_size for path in spool.iterdir()) <= LIMITS.archive_mb * 2**20


@FUZZ
@given(damaged(archives))
def test_an_archive_with_any_bytes_changed(data: bytes) -> None:
    submissions_or_reasons(data)


@FUZZ
@given(lying())
def test_an_archive_whose_headers_lie(data: bytes) -> None:
    submissions_or_reasons(data)
