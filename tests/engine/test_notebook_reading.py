"""What students' tools write, and what is no notebook at all."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.config.schema import Limits
from autograder.errors import UnreadableNotebook
from autograder.notebook.read import ReadNotebook, read_notebook

LIMITS = Limits(notebook_mb=1, archive_mb=10)


def code(source: Any = "x = 1", **more: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": 1,
        **more,
    }


def notebook(*cells: Any, **more: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(cells), **more}


def read(value: Any) -> ReadNotebook:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    result = read_notebook(data, LIMITS)
    nbformat.validate(result.notebook)
    assert (result.notebook.nbformat, result.notebook.nbformat_minor) == (4, 5)
    return result


def sources(value: Any) -> list[str]:
    return [cell.source for cell in read(value).notebook.cells]


def reason(value: Any) -> str:
    with pytest.raises(UnreadableNotebook) as caught:
        read(value)
    return str(caught.value)


def test_a_plain_notebook_is_read_without_any_note() -> None:
    result = read(notebook(code("a = 1\nb = 2"), {"cell_type": "markdown", "metadata": {}, "source": "text"}))
    assert result.notes == ()
    assert [(cell.cell_type, cell.source) for cell in result.notebook.cells] == [
        ("code", "a = 1\nb = 2"),
        ("markdown", "text"),
    ]


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_read_with_and_without_a_byte_order_mark(encoding: str) -> None:
    data = json.dumps(notebook(code("größe = 'Δ😀'")), ensure_ascii=False).encode(encoding)
    assert sources(data) == ["größe = 'Δ😀'"]
    assert read(data).notes == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_utf16_and_utf32_are_read_with_a_note(encoding: str) -> None:
    data = json.dumps(notebook(code("größe = 'Δ😀'")), ensure_ascii=False).encode(encoding)
    assert sources(data) == ["größe = 'Δ😀'"]
    assert "utf-" in read(data).notes[0]


def test_windows_1252_is_read_but_never_silently() -> None:
    data = json.dumps(notebook(code("größe = 1")), ensure_ascii=False).encode("cp1252")
    assert sources(data) == ["größe = 1"]
    assert "is not UTF-8: the file was read as Windows-1252" in read(data).notes[0]


def test_windows_line_ends_are_read_in_the_file_and_in_the_source() -> None:
    data = json.dumps(notebook(code("a = 1\r\nb = 2\rc = 3\n")), indent=1).replace("\n", "\r\n").encode()
    assert sources(data) == ["a = 1\nb = 2\nc = 3\n"]


def test_zero_bytes_after_the_end_are_what_a_failed_sync_leaves() -> None:
    assert sources(json.dumps(notebook(code())).encode() + b"\0" * 1000) == ["x = 1"]


def test_lone_surrogates_become_replacement_characters_and_nothing_else_changes() -> None:
    data = json.dumps(notebook(code(["s = '\ud83d", "\ude00'; t = '\ud800a\udc00'"]))).encode()
    assert sources(data) == ["s = '😀'; t = '\ufffda\ufffd'"]


def test_raw_tabs_and_line_ends_inside_strings_are_tolerated() -> None:
    assert sources(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "a\tb\nc"}]}') == ["a\tb\nc"]


# What is no notebook


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("rnn_lab.ipynb", "{}")
    return buffer.getvalue()


WHOLE = json.dumps(notebook(code("x = 1\ny = 2"), code("z = 3")), indent=1)


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (b"", "the file is empty"),
        (b" \n\t", "empty but for white space"),
        (b"\0" * 100, "nothing but zero bytes"),
        (zipped(), "a zip archive"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n", "a PNG picture"),
        (b"<!DOCTYPE html><html><body>Log in", "an HTML page, not a notebook: perhaps a login page"),
        (b"\xef\xbb\xbf\n<html>", "an HTML page"),
        (b"import torch\n\nx = 1\n", "a Python script, not a notebook"),
        (b"# %%\nx = 1\n", "a Python script"),
        ("# größe\ndef f():\n    pass\n".encode("utf-16"), "a Python script"),
        (b"Dear professor,", "does not begin like one ('Dear professor,')"),
        (b"\xff\x00\x81 garbage \xfe", "looks like utf-16-le but is damaged at byte 12"),
        (b"\x81\x82\x83\x84\x85", "neither a notebook nor any text: byte 0"),
        (b"<<<<<<< HEAD\n{\n", "conflict markers of a git merge (line 1)"),
        (WHOLE.replace("\n", "\n<<<<<<< HEAD\n", 1).encode(), "conflict markers of a git merge (line 2)"),
        ((WHOLE + WHOLE).encode(), "something follows the end of the notebook"),
        (WHOLE.replace(",", ",,", 1).encode(), "damaged JSON"),
        (b"[1, 2]", "the JSON text is no object"),
        (b'"text"', "not a notebook"),
        (b"{}", "the JSON object has no cells"),
        (b'{"cells": []}', "the notebook has no cells"),
        (b'{"cells": {"a": 1}}', "has no cells"),
        (b'{"cells": [1, null]}', "the notebook has no cells"),
        (b'{"url": "https://drive", "doc_id": "1"}', "a link to a notebook in the cloud"),
        (b"[" * 100_000, "too deep"),
        (b'{"a":' * 100_000, "too deep"),
        (b"[" * 1_000_000 + b"{" * 40_000, "too deep"),
        (b" " * (2**20 + 1), "the file has 1 MB, 1 are allowed"),
    ],
)
def test_what_is_no_notebook_is_called_by_its_name(data: bytes, because: str) -> None:
    assert because in reason(data)


BEHIND_THE_CELLS = WHOLE.rindex("]") + 1


@pytest.mark.parametrize("end", [*range(1, BEHIND_THE_CELLS - 1, 7), BEHIND_THE_CELLS - 1])
def test_a_notebook_that_was_cut_off_within_its_cells_is_recognised(end: int) -> None:
    assert "the file ends in the middle (line" in reason(WHOLE[:end].encode())


def with_cells_first(**more: Any) -> str:
    """As Jupyter writes it: the cells come before everything else."""
    return json.dumps(
        {"cells": [code("x = 'Δ'"), code("y")], "metadata": {"name": "Ä", **more}, "nbformat": 4}
    )


@pytest.mark.parametrize("text", [WHOLE, with_cells_first(), json.dumps(json.loads(WHOLE), indent=None)])
def test_a_notebook_that_was_cut_off_behind_its_cells_is_graded_with_a_note(text: str) -> None:
    whole = sources(text.encode())
    behind = next(end for end in range(len(text)) if closes_the_cells(text[:end]))
    for end in range(1, behind):
        assert "the file ends in the middle (line" in reason(text[:end].encode())
    for end in range(behind, len(text)):
        result = read(text[:end].encode())
        assert [cell.source for cell in result.notebook.cells] == whole
        assert "the file ends in the middle (line" in result.notes[0]
        assert "the 2 cells before that were graded" in result.notes[0]


def closes_the_cells(text: str) -> bool:
    """Whether nothing but the outermost brace is open where this text ends."""
    try:
        return len(json.loads(text + "}").get("cells", [])) == 2
    except ValueError:
        return False


def test_half_a_character_at_the_end_does_not_change_the_others() -> None:
    whole = {"cells": [code("x = 'größe'")], "metadata": {"name": "Ä"}}
    for mark in (b"", b"\xef\xbb\xbf"):
        data = mark + json.dumps(whole, ensure_ascii=False).encode()
        result = read(data[: data.index("Ä".encode()) + 1])
        assert result.notebook.cells[0].source == "x = 'größe'"
        assert not any("1252" in note for note in result.notes)


@pytest.mark.parametrize(
    "text",
    [
        '{"cells": [{"source": "old"}], "cells": [{"source": "ne',
        '{"cells": [{"source": "a"}], "worksheets": [{"cells": [',
        '{"metadata": {}, "nbformat": 4, "cel',
        '{"cells": {"a": 1}, "metadata"',
        '{"cells": [], "metadata"',
        '["cells", [{"source": "a"}], "b',
    ],
)
def test_a_cut_that_may_have_cost_a_cell_is_never_graded(text: str) -> None:
    assert "the file ends in the middle (line" in reason(text.encode())


def test_thousands_of_fields_in_front_of_a_cut_are_not_read_one_by_one() -> None:
    text = '{"cells": [' + json.dumps(code("x")) + "]," + '"a":0,' * 10_000
    assert "the file ends in the middle (line" in reason(text.encode())


def test_cells_that_were_cut_off_behind_a_merge_conflict_are_not_graded() -> None:
    text = with_cells_first().replace(', "metadata"', ',\n<<<<<<< HEAD\n"metadata"')
    assert "conflict markers" in reason(text[:-8].encode())


def test_an_old_notebook_that_was_cut_off_behind_its_cells_is_graded() -> None:
    result = read(b'{"worksheets": [{"cells": [{"cell_type": "code", "input": "x"}]}], "nbformat": ')
    assert [cell.source for cell in result.notebook.cells] == ["x"]
    assert "the cells before that were graded" in result.notes[0]


def test_a_file_made_to_fill_the_memory_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(UnreadableNotebook, match="more than 2000000 lists and objects"):
        read_notebook(b"[" + b"[]," * 2_000_001, Limits())


def test_more_cells_than_anybody_writes_are_refused() -> None:
    assert "has 10001 cells" in reason(notebook(*[{}] * 10_001))


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}, "R"),
        ({"kernelspec": {"name": "ir"}}, "R"),
        ({"kernelspec": {"name": "julia-1.9"}}, "Julia"),
        ({"language_info": {"name": "julia"}}, "julia"),
        ({"language_info": {"name": "\ud800" * 99}}, "?" * 40),
    ],
)
def test_a_notebook_in_another_language_is_refused_by_name(metadata: Any, language: str) -> None:
    assert reason(notebook(code(), metadata=metadata)) == f"the notebook's language is {language}, not Python"


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        [],
        {"kernelspec": None},
        {"kernelspec": {"name": "my-course-env", "display_name": "Deep Learning"}},
        {"kernelspec": {"name": "conda-env-dl-py", "language": "python"}},
        {"language_info": {"name": "R"}, "kernelspec": {"language": "Python"}},
        {"language_info": {"name": "ipython"}},
        {"kernelspec": {"name": 3, "language": []}},
        {"accelerator": "GPU", "colab": {"provenance": []}},
    ],
)
def test_every_python_environment_is_accepted_and_forgotten(metadata: Any) -> None:
    result = read(notebook(code(), metadata=metadata)).notebook
    assert result.metadata.kernelspec.name == "python3"
    assert set(result.metadata) == {"kernelspec", "language_info"}


# Repairs


def test_format_3_is_upgraded_as_nbformat_does_it() -> None:
    old = nbformat.v3.new_notebook(
        metadata=nbformat.v3.new_metadata(name="lab"),
        worksheets=[
            nbformat.v3.new_worksheet(
                cells=[
                    nbformat.v3.new_heading_cell(source="Title", level=2),
                    nbformat.v3.new_text_cell("markdown", source="text"),
                    nbformat.v3.new_code_cell(input="x = 1\ny = 2", prompt_number=3),
                    nbformat.v3.new_text_cell("raw", source="raw"),
                ]
            )
        ],
    )
    ours = read(nbformat.v3.writes_json(old).encode())
    theirs = nbformat.convert(old, 4)
    assert [(c.cell_type, c.source) for c in ours.notebook.cells] == [
        (c.cell_type, c.source) for c in theirs.cells
    ]
    assert ours.notes == ("the notebook was in format 3 or older and has been upgraded",)


def test_a_notebook_without_format_and_metadata_is_repaired() -> None:
    result = read({"cells": [{"cell_type": "code", "source": "x = 1"}]})
    assert result.notes == ("the notebook did not say its format; read as format 4",)
    assert result.notebook.cells[0].outputs == []


def test_a_format_of_the_future_is_read_with_a_note() -> None:
    assert read(notebook(code(), nbformat=5)).notes == (
        "the notebook says it has format 5; read as format 4",
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a\nb", "a\nb"),
        (["a\n", "b"], "a\nb"),
        (["a\n", None, "b"], "a\nb"),
        (None, ""),
        ([], ""),
        ("", ""),
    ],
)
def test_source_may_be_text_a_list_or_missing(source: Any, text: str) -> None:
    result = read(notebook(code(source)))
    assert (result.notebook.cells[0].source, result.notes) == (text, ())


@pytest.mark.parametrize("source", [3, {"a": "b"}, True, ["a", 1]])
def test_source_that_is_no_text_is_left_out_with_a_note(source: Any) -> None:
    assert read(notebook(code(), code(source))).notes == ("source that was not text is left out (cell 2)",)


def test_cells_of_unknown_type_are_kept_but_do_not_run() -> None:
    result = read(notebook(code(cell_type="sql"), code(cell_type="Code"), "bare", 7, {"source": "s"}))
    assert [(cell.cell_type, cell.source) for cell in result.notebook.cells] == [
        ("raw", "x = 1"),
        ("code", "x = 1"),
        ("raw", "bare"),
        ("raw", "s"),
    ]
    assert result.notes == (
        "a cell of unknown type is kept as text that does not run (cell 1, 3, 5)",
        "left out what is no cell (cell 4)",
    )


def test_a_cell_that_forgot_its_type_but_has_outputs_is_code() -> None:
    assert read(notebook({"source": "x", "outputs": []})).notebook.cells[0].cell_type == "code"


def test_identifiers_become_valid_and_unique_and_the_good_ones_stay() -> None:
    ids = ["good", "good", "not valid!", None, 5, "x" * 65, "cell-1"]
    result = read(notebook(*[code(id=name) for name in ids], nbformat_minor=5))
    found = [cell.id for cell in result.notebook.cells]
    assert (found[0], found[-1], len(set(found))) == ("good", "cell-1", len(ids))
    assert result.notes == ("a missing, invalid or repeated cell id is replaced (cell 2, 3, 4, 5, 6)",)
    assert found == [cell.id for cell in read(notebook(*[code(id=name) for name in ids])).notebook.cells]


def test_what_a_notebook_says_about_its_own_run_is_dropped() -> None:
    metadata = {"tags": ["skip-execution", "raises-exception"], "trusted": True, "deletable": False}
    output = {"output_type": "stream", "name": "stdout", "text": "score: 25"}
    cell = read(notebook(code(metadata=metadata, outputs=[output, 5]))).notebook.cells[0]
    assert (cell.metadata, cell.outputs, cell.execution_count) == ({}, [], None)


@pytest.mark.parametrize("ours", [None, [], {"manual": 5}, {"manual": "a b"}, {"points": 99}])
def test_only_the_tag_of_a_manual_question_stays(ours: Any) -> None:
    assert read(notebook(code(metadata={"autograder": ours}))).notebook.cells[0].metadata == {}


def test_of_the_tag_of_a_manual_question_its_name_stays() -> None:
    tag = {"autograder": {"manual": "derivation", "item": "W", "points": 9}, "tags": ["raises-exception"]}
    result = read(notebook({"cell_type": "markdown", "metadata": tag, "source": ["first ", "part"]}))
    assert result.notebook.cells[0].metadata == {"autograder": {"manual": "derivation", "item": "W"}}


def test_pasted_pictures_are_left_out_with_a_note() -> None:
    cell = {"cell_type": "markdown", "source": "![](attachment:a.png)", "attachments": {"a.png": {}}}
    result = read(notebook(cell))
    assert "attachments" not in result.notebook.cells[0]
    assert result.notes == ("pasted pictures are not needed to run it: look at the submitted file (cell 1)",)
    assert result.attachments == {result.notebook.cells[0].id: ("a.png",)}


@pytest.mark.parametrize("attachments", [["a.png"], "a.png", 5, True])
def test_attachments_that_are_none_have_no_names(attachments: Any) -> None:
    assert (
        read(notebook({"cell_type": "markdown", "source": "x", "attachments": attachments})).attachments == {}
    )


def test_names_of_attachments_have_bounds() -> None:
    attachments = {f"{number}" + "x" * 1000 + "\ud800": {} for number in range(1000)}
    (names,) = read(
        notebook({"cell_type": "markdown", "source": "x", "attachments": attachments})
    ).attachments.values()
    assert len(names) == 20
    assert {len(name) for name in names} == {80}
    "".join(names).encode()


def test_a_note_names_a_few_cells_only() -> None:
    (note,) = read(notebook(*[{"source": "x"}] * 100)).notes
    assert note.endswith("(cell 1, 2, 3, 4, 5, 6, 7, 8, …)")


def test_numbers_that_json_does_not_have_do_no_harm() -> None:
    text = json.dumps(notebook(code())).replace('"nbformat": 4', '"nbformat": ' + "9" * 10_000)
    assert sources(text.replace('"execution_count": 1', '"execution_count": NaN').encode()) == ["x = 1"]


# Anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
CELL = JSON | st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading", "html", "sql", ""]) | JSON,
        "source": JSON | st.lists(st.text(st.characters(codec=None)), max_size=3),
        "input": JSON,
        "id": JSON,
        "level": JSON,
        "metadata": JSON
        | st.fixed_dictionaries({"autograder": JSON | st.dictionaries(st.just("manual"), JSON)}),
        "attachments": JSON,
        "outputs": JSON,
    },
)
NOTEBOOK = st.fixed_dictionaries(
    {},
    optional={
        "nbformat": st.integers(1, 6) | JSON,
        "nbformat_minor": st.integers(0, 9) | JSON,
        "cells": st.lists(CELL, max_size=4) | JSON,
        "worksheets": st.lists(
            st.fixed_dictionaries({"cells": st.lists(CELL, max_size=3) | JSON}) | JSON, max_size=2
        ),
        "metadata": JSON | st.dictionaries(st.sampled_from(["kernelspec", "language_info"]), JSON),
    },
)


def valid_or_a_reason(data: bytes) -> None:
    try:
        result = read_notebook(data, LIMITS)
    except UnreadableNotebook as error:
        str(error).encode()
    else:
        nbformat.validate(result.notebook)
        nbformat.writes(result.notebook).encode()
        "".join([*result.notes, *(name for names in result.attachments.values() for name in names)]).encode()


@given(st.binary() | st.text().map(lambda text: text.encode("utf-16")) | st.text().map(str.encode))
def test_any_bytes_are_a_notebook_or_unreadable(data: bytes) -> None:
    valid_or_a_reason(data)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON | NOTEBOOK | NOTEBOOK)
def test_any_json_value_is_a_notebook_or_unreadable(value: Any) -> None:
    valid_or_a_reason(json.dumps(value).encode())


@given(st.lists(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])), min_size=1))
def test_no_source_is_lost(texts: list[str]) -> None:
    assert sources(notebook(*[code(text) for text in texts])) == texts
    assert sources(notebook(*[code(text.splitlines(keepends=True)) for text in texts])) == texts
