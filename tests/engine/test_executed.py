"""Notebooks as they ran: what of a student's outputs is kept, what is left out, and where the file goes."""

from __future__ import annotations

import base64
import json
import shutil
import struct
import time
import zlib

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.class_run.grade import Means, grade
from autograder.class_run.regrade import regrade
from autograder.grading.run_settings import RunSettings
from autograder.model import CellRun, Ending, ExecutedNotebook, Shown
from autograder.notebook import outputs
from autograder.notebook.executed import executed_notebook
from autograder.notebook.outputs import cleaned, visible
from autograder.store.run import Run
from tests.conftest import TOY_LAB, notebook_bytes

MEDIAN = "def median(v):\n    v = sorted(v); n = len(v)\n    return (v[n//2] + v[(n-1)//2]) / 2"


def png(width: int = 1, height: int = 1) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int = 1, height: int = 1) -> bytes:
    header = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    size = b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\0"
    return b"\xff\xd8" + header + size + b"\xff\xd9"


def display(**forms: object) -> dict[str, object]:
    data = {name.replace("_", "/", 1).replace("_", "+"): value for name, value in forms.items()}
    return {"output_type": "display_data", "data": data, "metadata": {"isolated": True}}


def coded(data: bytes) -> str:
    return base64.encodebytes(data).decode()


def whole(*cells: tuple[str, CellRun | None, Shown | None], most_bytes: int = 10**6) -> dict[str, object]:
    """The executed notebook of some code cells, once nbformat has found it valid."""
    read = nbformat.from_dict(json.loads(notebook_bytes(*(source for source, _, _ in cells))))
    runs = tuple(run for _, run, _ in cells if run is not None)
    shown = {index: one for index, (_, _, one) in enumerate(cells) if one is not None}
    file = executed_notebook(read, ExecutedNotebook(runs, shown=shown), most_bytes)
    notebook = json.loads(file)
    nbformat.validate(notebook)
    return notebook


# What is kept of outputs


@pytest.mark.parametrize(
    "form",
    ["text_html", "image_svg_xml", "application_javascript", "text_markdown", "text_latex", "image_gif"],
)
def test_what_a_browser_acts_on_is_left_out(form):
    (kept,) = cleaned([display(**{form: "<script>alert(1)</script>", "text_plain": "a table"})])
    assert kept == {"output_type": "display_data", "data": {"text/plain": "a table"}, "metadata": {}}
    (named,) = cleaned([display(**{form: "<script>alert(1)</script>"})])
    assert named["data"]["text/plain"].startswith("(an output that is not kept: ")
    assert "script" not in json.dumps(named).replace("javascript", "")


def test_a_kind_of_output_cannot_carry_text_of_its_own():
    (named,) = cleaned(
        [{"output_type": "display_data", "data": {"text/html'><script>": "x"}, "metadata": {}}]
    )
    assert named["data"] == {"text/plain": "(an output that is not kept: of no known kind)"}


@pytest.mark.parametrize(("form", "picture"), [("image_png", png()), ("image_jpeg", jpeg())])
def test_a_picture_is_kept(form, picture):
    (kept,) = cleaned([display(**{form: coded(picture)})])
    (text,) = kept["data"].values()
    assert base64.b64decode(text, validate=True) == picture


@pytest.mark.parametrize(
    "value",
    [
        "x' onerror='alert(1)",  # a viewer may put it into an attribute as it is
        coded(png())[:-6] + "\"'><script>",
        coded(b"<svg onload='alert(1)'/>"),
        coded(jpeg()),
        coded(png(100_000, 100_000)),  # a viewer would unpack 10 GB
        coded(png(0, 1)),
        coded(png()[:20]),
        [coded(png())],
        7,
        None,
    ],
)
def test_what_only_claims_to_be_a_picture_is_left_out(value):
    (kept,) = cleaned([display(image_png=value)])
    assert list(kept["data"]) == ["text/plain"]


@pytest.mark.parametrize(
    "data",
    [b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\0", b"\xff\xd8\xff\xd8" * 9, png(), jpeg(60_000, 60_000), jpeg(0)],
)
def test_what_only_claims_to_be_a_photograph_is_left_out(data):
    (kept,) = cleaned([display(image_jpeg=coded(data))])
    assert list(kept["data"]) == ["text/plain"]


def test_pieces_of_a_stream_are_joined_and_others_keep_their_place():
    def stream(name: object, text: object) -> dict[str, object]:
        return {"output_type": "stream", "name": name, "text": text}

    given = [stream("stdout", "a"), stream("stdout", "b"), stream("stderr", "c"), stream("stdin", "d")]
    given += [
        stream(["stdout"], "e"),
        stream("stdout", "\x1b]0;title\x07"),
        "no output",
        stream("stdout", "f"),
    ]
    assert [(one["name"], one["text"]) for one in cleaned(given)] == [
        ("stdout", "ab"), ("stderr", "c"), ("stdout", "f"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m\n", "\x1b[31mred\x1b[0m\n"),
        ("10 %\r20 %\tdone", "10 %\r20 %\tdone"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b\x1b[2J[31m", "[31m"),
        ("\x1b[" + "1;" * 50 + "m", ""),
        ("\x9b31m\x1b(0\x07\x08\x00", "31m"),
        ("abc\u202edcba\u2066", "abcdcba"),
        ("half \ud800", "half "),
    ],
)
def test_text_keeps_its_colours_and_nothing_that_moves(text, shown):
    assert visible(text) == shown


def test_a_text_of_colours_loses_them():
    text = "\x1b[31mx" * (outputs.MOST_COLOURS + 1)
    assert visible(text) == "x" * (outputs.MOST_COLOURS + 1)


def test_a_text_of_half_open_sequences_is_cleaned_in_no_time():
    began = time.process_time()
    assert visible("\x1b]" * 500_000) == "]" * 500_000
    assert visible("\x07\x9d" * 500_000) == ""
    assert visible(("\x1b]" + "x" * 20) * 90_000) == ("]" + "x" * 20) * 90_000
    assert time.process_time() - began < 2


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["output_type", "name", "text", "data", "metadata", "ename", "evalue", "traceback", "execution_count"]
)
KINDS = st.sampled_from(["stream", "error", "display_data", "execute_result", "update_display_data"])
OUTPUTS = st.builds(lambda kind, rest: {**rest, "output_type": kind}, KINDS, st.dictionaries(FIELDS, JUNK))


@settings(max_examples=60, deadline=None)
@given(st.lists(OUTPUTS | JUNK, max_size=4), JUNK)
def test_whatever_a_kernel_says_the_notebook_is_valid(said, count):
    notebook = whole(("x = 1", CellRun(0, Ending.FINISHED, 0.1), Shown(count, said)))
    assert {key for one in notebook["cells"][0]["outputs"] for key in one.get("data", ())} <= {
        "text/plain", "image/png", "image/jpeg",
    }  # fmt: skip


# The notebook around them


def test_every_cell_says_how_it_ended():
    ends = [
        (Ending.FINISHED, ""), (Ending.LEFT_OUT, "no mark depends"), (Ending.SKIPPED, "time of the notebook"),
        (Ending.DIED, "ended the kernel (kernel died)"), (Ending.OUT_OF_MEMORY, "ended the kernel (out of memory)"),
        (Ending.TIMED_OUT, "time limit"), (Ending.RESTART_LIMIT, "too many"), (Ending.OUTPUT_LIMIT, "beyond the limit"),
        (Ending.RAISED, "ValueError: kept back by a magic"),
    ]  # fmt: skip
    error = "ValueError: kept back by a magic"
    cells = [
        ("x", CellRun(index, ending, 0.0, error if ending is Ending.RAISED else ""), None)
        for index, (ending, _) in enumerate(ends)
    ]
    notebook = whole(*cells, ("", None, None))
    for cell, (ending, words) in zip(notebook["cells"], ends, strict=False):
        assert cell["metadata"]["autograder"]["ending"] == ending.value
        assert words in "".join(one["text"] for one in cell["outputs"])
        assert bool(cell["outputs"]) is bool(words)
    assert notebook["cells"][-1]["metadata"] == {}
    assert set(notebook["metadata"]) == {"autograder"}


def test_outputs_beyond_the_limit_are_left_out_in_the_bytes_of_the_file():
    text = {
        "output_type": "stream",
        "name": "stdout",
        "text": "\U0001f600" * 100,
    }  # 400 bytes, 100 characters
    other = display(text_plain="b" * 100)
    run, shown = CellRun(0, Ending.FINISHED, 0.0), Shown(1, [text, other, text])
    notebook = whole(("x", run, shown), ("y", CellRun(1, Ending.FINISHED, 0.0), shown), most_bytes=900)
    first, second, third, said = notebook["cells"][0]["outputs"]
    assert (len(first["text"]), len(second["data"]["text/plain"])) == (100, 100)
    assert 0 < len(third["text"]) < 100
    assert [one["text"] for one in notebook["cells"][1]["outputs"]] == [said["text"]]
    assert said["text"] == "autograder: outputs beyond the limit are left out\n"


# In a run


def test_what_ran_is_what_was_handed_in(toy_course, write_notebook):
    from autograder.grading.pipeline import grade as grade_one
    from autograder.model import Submission

    cells = [
        MEDIAN,
        "import sys; print('once'); print('twice', file=sys.stderr)\n6 * 7",
        "print('before'); sys.stdout.flush()\nimport os, time; time.sleep(0.3); os._exit(0)",
        "%%capture\n1 / 0",
        "get_ipython().display_pub.publish({'text/html': '<script>', 'image/png': '><script>', 'text/plain': 'x'})",
        "",
    ]
    file = write_notebook(*cells)
    graded = grade_one(Submission("student", file.name, "student", file=file), toy_course)
    notebook = json.loads(graded.executed)
    nbformat.validate(notebook)
    assert [cell["source"] for cell in notebook["cells"]] == cells
    assert [cell["execution_count"] for cell in notebook["cells"]] == [1, 2, 3, 3, 4, None]
    _, shows, dies, stops, displays, _ = (cell["outputs"] for cell in notebook["cells"])
    assert [one.get("text", one.get("data")) for one in shows] == ["once\n", "twice\n", {"text/plain": "42"}]
    assert next(one["text"] for one in dies) == "before\n"  # of the kernel that it ended
    assert "ended the kernel" in dies[-1]["text"]
    assert "ZeroDivisionError: division by zero" in json.dumps(stops)
    assert [one["data"] for one in displays] == [{"text/plain": "x"}]
    assert "trusted" not in json.dumps(notebook)


@pytest.fixture
def handed_in(tmp_path, forked_zygotes):
    """A right notebook, two copies of a wrong one, and a file that is no notebook; in a toy lab of their own."""
    for student, data in (
        ("ann", notebook_bytes(MEDIAN, "'ann'")),
        ("bob", notebook_bytes("def median(v):\n    return v[0]", "'bob'")),
        ("cem", notebook_bytes("def median(v):\n    return v[0]", "'bob'")),
        ("dee", b"no notebook"),
    ):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "words.ipynb").write_bytes(data)
    shutil.copytree(TOY_LAB, tmp_path / "lab")
    return Run((tmp_path / "class",), RunSettings(tmp_path / "lab" / "grading_config.yml"))


def kept(out):
    """What the last cell of each notebook showed, by student."""
    files = {file.name.partition("-")[0]: json.loads(file.read_text()) for file in out.glob("executed/*")}
    return {name: one["cells"][-1]["outputs"][0]["data"]["text/plain"] for name, one in files.items()}


def run_class(run, out, **options):
    events = []
    assert grade(run, out, Means(jobs=1), events.append, **options) is not None
    return events


@pytest.mark.slow
def test_a_class_keeps_its_notebooks_as_long_as_its_results(handed_in, tmp_path):
    out = tmp_path / "out"
    events = run_class(handed_in, out)
    assert kept(out) == {"ann": "'ann'", "bob": "'bob'", "cem": "'bob'"}
    assert not any(one.grade.executed for one in events if hasattr(one, "grade"))  # nobody holds them
    assert (out / "index.html").read_text().count('href="executed/') == 3
    assert not any("executed/" in page.read_text() for page in out.glob("feedback/*"))
    before = {file: file.stat().st_mtime_ns for file in out.glob("executed/*")}
    assert len(before) == 3

    # Known results keep theirs; who hands in something else gets a new one; who is gone has none.
    (tmp_path / "class" / "ann" / "words.ipynb").write_bytes(notebook_bytes(MEDIAN, "'ann again'"))
    run_class(handed_in, out)
    assert kept(out) == {"ann": "'ann again'", "bob": "'bob'", "cem": "'bob'"}
    after = {file: file.stat().st_mtime_ns for file in out.glob("executed/*")}
    assert {file.name[:3] for file in before if after[file] != before[file]} == {"ann"}
    (tmp_path / "class" / "ann" / "words.ipynb").write_bytes(b"no notebook any more")
    shutil.rmtree(tmp_path / "class" / "cem")
    own = next(out.glob("executed/bob*")).rename(out / "executed" / "a copy of the TA's.ipynb")
    shutil.copy(own, own.with_name(next(out.glob("results/bob*")).with_suffix(".ipynb").name))
    run_class(handed_in, out)
    assert own.is_file()
    own.unlink()
    assert kept(out) == {"bob": "'bob'"}

    # A copy of a known notebook has what that one showed.
    shutil.copytree(tmp_path / "class" / "bob", tmp_path / "class" / "eve")
    run_class(handed_in, out)
    assert kept(out) == {"bob": "'bob'", "eve": "'bob'"}

    # Whoever wants none has none, also of what is known.
    none = Run(handed_in.paths, RunSettings(handed_in.settings.config, keep_executed=False))
    run_class(none, out)
    assert not (out / "executed").exists()
    assert "executed/" not in (out / "index.html").read_text()


@pytest.mark.slow
def test_a_regrading_takes_the_notebooks_along(handed_in, tmp_path):
    out = tmp_path / "out"
    config = handed_in.settings.config
    config.write_text(config.read_text().replace("assignment:", "assignment:\n  link_executed: true", 1))
    run_class(handed_in, out)
    pages = {page.name[:3]: page.read_text() for page in out.glob("feedback/*")}
    assert {name for name, page in pages.items() if f'href="../executed/{name}-' in page} == {
        "ann",
        "bob",
        "cem",
    }
    everything = kept(out)
    test = config.parent / "questions" / "median.py"
    test.write_text(test.read_text() + "\n# graded anew\n")
    for dry_run in (True, False):
        assert regrade(out, [], None, Means(jobs=1), lambda event: None, dry_run=dry_run) is not None
        assert kept(out) == everything
    config.write_text(config.read_text().replace("title: ", "title: Other ", 1))  # nothing is graded for this
    assert regrade(out, [], None, Means(jobs=1), lambda event: None, dry_run=False) is not None
    assert kept(out) == everything
    assert "../executed/ann-" in next(out.glob("feedback/ann*")).read_text()


@pytest.mark.slow
def test_a_program_that_converts_notebooks_takes_it(toy_course, write_notebook):
    nbconvert = pytest.importorskip("nbconvert")
    picture = f"from IPython.display import Image\nImage({png()!r})"
    from autograder.grading.pipeline import grade as grade_one
    from autograder.model import Submission

    file = write_notebook(MEDIAN, picture, "1 / 0")
    graded = grade_one(Submission("student", file.name, "student", file=file), toy_course)
    notebook = nbformat.reads(graded.executed.decode(), as_version=4)
    html, _ = nbconvert.HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert "data:image/png;base64,iVBOR" in html
    assert "ZeroDivisionError" in html
