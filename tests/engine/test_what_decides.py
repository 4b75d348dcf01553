"""What decides a mark: a byte of it makes a known result unknown, a byte of anything else does not."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.config.load import load
from autograder.grading.fingerprint import fingerprint
from autograder.grading.opened_files import ABSENT, CHANGED, FilesNow
from autograder.grading.template import marked_cells
from tests.conftest import ROOT, TOY_LAB, notebook_bytes
from tests.engine.processes import run_here
from tests.engine.test_structure import ENGINE
from tests.engine.test_whole_class import MEDIAN, known, table


@pytest.fixture
def lab(tmp_path) -> Path:
    """The toy lab in a place where it may be changed; its configuration."""
    shutil.copytree(TOY_LAB, tmp_path / "lab", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "lab" / "grading_config.yml"


def add(file: Path) -> None:
    """One character more, which Python takes for a comment."""
    with file.open("a") as opened:
        opened.write("#")


def write_template(lab: Path, text: str, marked: str, tags: list[str]) -> None:
    """The students' notebook: a text, a cell of theirs and one that may be left out."""
    cells = [
        nbformat.v4.new_markdown_cell(text, id="text"),
        nbformat.v4.new_code_cell("def median(values): ...", id="theirs"),
        nbformat.v4.new_code_cell(marked, id="marked", metadata={"tags": tags}),
    ]
    (lab.parent / "template").mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), lab.parent / "template" / "words.ipynb")


@pytest.mark.parametrize("named", ["template", "template/words.ipynb"])
def test_the_cells_that_the_template_marks_decide_and_its_texts_do_not(lab, named):
    lab.write_text(lab.read_text().replace("template: template", f"template: {named}"))
    found = {}
    for what, template in {
        "as it is": ("Welcome", "plot()", ["leave-out"]),
        "another text": ("Hello", "plot()", ["leave-out"]),
        "another tag": ("Welcome", "plot()", ["leave-out", "hide-input"]),
        "not marked": ("Welcome", "plot()", []),
        "another cell": ("Welcome", "plot(1)", ["leave-out"]),
    }.items():
        write_template(lab, *template)
        found[what] = fingerprint(load(lab))
    assert {what for what in found if found[what] == found["as it is"]} == {
        "as it is", "another text", "another tag"
    }  # fmt: skip
    assert len(set(found.values())) == 3


def test_a_source_may_be_a_list_of_lines_as_editors_write_it(lab):
    write_template(lab, "Welcome", "a = 1\nplot(a)", ["leave-out"])
    before = fingerprint(load(lab))
    file = lab.parent / "template" / "words.ipynb"
    content = json.loads(file.read_text())
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    file.write_text(json.dumps(content))
    assert marked_cells(load(lab)) == {"a = 1\nplot(a)"}
    assert fingerprint(load(lab)) == before


# --- the files that are opened -----------------------------------------------------------------------

TESTS = """
import gzip, importlib, importlib.metadata, json, os, sqlite3, sys, tempfile, threading
from pathlib import Path

from otter.test_files import test_case

from helpers import top

LAB = Path(top.__file__).parents[1]
ELSEWHERE = LAB.parent / "elsewhere"
AT_LOAD = json.loads((LAB / "at_load.json").read_text())
computed = importlib.import_module("helpers." + "computed")

OK_FORMAT = False
name = "median"
points = None


@test_case(name="opens files", points=0)
def opens(median):
    (LAB / "asked.json").read_text()
    open(bytes(LAB / "as_bytes.json"), "rb").read()
    open("relative.json").read()
    gzip.open(LAB / "packed.gz").read()
    os.close(os.open(LAB / "low_level.json", os.O_RDONLY))
    open(LAB / "updated.txt", "r+").read()
    sqlite3.connect(LAB / "table.sqlite").close()
    sqlite3.connect((LAB / "only read.sqlite").as_uri() + "?mode=ro", uri=True).close()
    (LAB / "link.json").read_text()
    (ELSEWHERE / "lab" / "through_a_link.json").read_text()
    (ELSEWHERE / "outside.json").read_text()
    for day in sorted((LAB / "days").glob("*.csv")):
        day.read_text()
    try:
        (LAB / "optional.json").read_text()
    except FileNotFoundError:
        pass
    thread = threading.Thread(target=(LAB / "in_a_thread.json").read_text)
    thread.start()
    thread.join()
    from helpers import late
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tree").mkdir()
        Path(folder, "tree", "note.txt").write_text("")
        Path(folder, "tree", "note.txt").read_text()
    (LAB / "written.txt").write_text("out")
    os.listdir("/proc/self")
    sys.path += ["of an editable installation.__path_hook__", str(ELSEWHERE)]
    assert importlib.metadata.version("odd") == "1.0"
    assert importlib.metadata.version("engine") == "1.0"


@test_case(name="opens one that changes", points=2, hidden=True)
def changes(median):
    for text in ("1", "22"):
        (LAB / "restless.json").write_text(text)
        (LAB / "restless.json").read_text()
"""

OPENED = {
    "as_bytes.json", "asked.json", "at_load.json", "days/", "days/1.csv", "days/2.csv", "helpers/__init__.py",
    "helpers/computed.py", "helpers/late.py", "helpers/top.py", "in_a_thread.json", "link.json",
    "low_level.json", "only read.sqlite", "optional.json", "packed.gz", "questions/median.py", "relative.json", "restless.json",
    "table.sqlite", "through_a_link.json", "updated.txt",
}  # fmt: skip

RECORD = """
import json, os, sys
from pathlib import Path
from types import SimpleNamespace
from autograder.grading.namespace import PlainNamespace
from autograder.grading.opened_files import opened_files
from autograder.grading.questions import ask, load_questions

class Names(PlainNamespace):
    missing = {}
    doubles = False
    def begin_case(self, *arguments, **keywords): pass

root = Path(sys.argv[1])
(question,) = load_questions(root, "questions", [SimpleNamespace(name="median", title="", points=2, forbid_autograd=False)])
loaded = opened_files(root)
result = ask(question, SimpleNamespace(names=lambda: Names({})), 0)
print(json.dumps([[case.message for case in result.cases], loaded, opened_files(root)]))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A lab whose test file opens files in many ways; its folder."""
    folder = tmp_path_factory.mktemp("files")
    lab = folder / "lab"
    for name in (OPENED | {"README.md", "helpers/unused.py", "questions/unused.py"}) - {
        "days/", "link.json", "optional.json", "questions/median.py"
    }:  # fmt: skip
        (lab / name).parent.mkdir(parents=True, exist_ok=True)
        (lab / name).write_text("")
    (lab / "at_load.json").write_text("{}")
    (lab / "packed.gz").write_bytes(gzip.compress(b"data"))
    (lab / "questions" / "median.py").write_text(TESTS)
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "lab").symlink_to(lab)
    for name in ("outside.json", "behind the link.json"):
        (folder / "elsewhere" / name).write_text("{}")
    (lab / "link.json").symlink_to(folder / "elsewhere" / "behind the link.json")
    (folder / "temporary").mkdir()
    (folder / "elsewhere" / "odd-1.0.dist-info").mkdir()
    (folder / "elsewhere" / "odd-1.0.dist-info" / "METADATA").write_text("Name: odd\nVersion: 1.0\n")
    (lab / "engine.egg-info").mkdir()  # as of an editable installation of a checkout that is a lab too
    (lab / "engine.egg-info" / "PKG-INFO").write_text("Name: engine\nVersion: 1.0\n")
    return lab


@pytest.fixture(scope="module")
def records(files) -> list[dict[str, str]]:
    """What was opened: while loading, in all, and in all by a second process, which finds modules compiled."""
    environment = os.environ | {
        "TMPDIR": str(files.parent / "temporary"), "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": str(ROOT)
    }  # fmt: skip
    found = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-P", "-c", RECORD, files],
            cwd=files,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        messages, *opened = json.loads(done.stdout)
        assert messages == ["", ""]
        found += opened
    assert list((files / "helpers" / "__pycache__").glob("top.*.pyc"))
    return [found[0], found[1], found[3]]


def test_every_file_that_is_opened_is_seen_however_it_is_opened(files, records):
    outside = str(files.parent / "elsewhere" / "outside.json")
    loaded, everything, compiled = records
    assert set(everything) == OPENED | {outside}
    assert set(loaded) == {
        "at_load.json", "helpers/__init__.py", "helpers/computed.py", "helpers/top.py", "questions/median.py"
    }  # fmt: skip
    assert loaded.items() <= everything.items()
    assert compiled == everything, "modules count as their source"
    assert everything["optional.json"] == ABSENT
    assert everything["restless.json"] == CHANGED
    assert everything["asked.json"] == hashlib.sha256(b"").hexdigest()


def test_a_byte_of_a_file_that_was_opened_decides_and_of_no_other(files, records, tmp_path):
    copy = tmp_path / "lab"
    shutil.copytree(files, copy, symlinks=True)
    steady = {name: digest for name, digest in records[1].items() if digest != CHANGED}
    assert FilesNow(copy).differing(steady) == []
    for name in (
        "README.md",
        "helpers/unused.py",
        "questions/unused.py",
        "written.txt",
        "new.txt",
        "days/__pycache__",
    ):
        add(copy / name)
    assert FilesNow(copy).differing(steady) == []
    for name in steady:
        place = copy / name  # an absolute name stays what it is
        if name.endswith("/"):
            (place / "3.csv").touch()
            assert FilesNow(copy).differing(steady) == [name]
            (place / "3.csv").unlink()
            continue
        before = place.read_bytes() if place.exists() else None
        add(place)
        assert FilesNow(copy).differing(steady) == [name]
        place.unlink()
        expected = [] if before is None else [*(["days/"] if name.startswith("days/") else []), name]
        assert FilesNow(copy).differing(steady) == expected, "deleted"
        if before is not None:
            place.write_bytes(before)
    assert FilesNow(copy).differing(records[1]) == ["restless.json"]


# --- the engine, the configuration, the lab ----------------------------------------------------------


@pytest.mark.parametrize("part", sorted({path.relative_to(ENGINE).parts[0] for path in ENGINE.rglob("*.py")}))
def test_a_comment_in_the_engine_counts_where_marks_are_decided(lab, part, tmp_path, monkeypatch):
    shutil.copytree(ENGINE, tmp_path / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("autograder.grading.fingerprint._ENGINE", tmp_path / "autograder")
    before = fingerprint(load(lab))
    place = tmp_path / "autograder" / part
    for file in [place] if place.is_file() else place.rglob("*.py"):
        add(file)
    decides = {
        "config",
        "errors.py",
        "gradients",
        "grading",
        "heard.py",
        "kernel",
        "language",
        "model",
        "notebook",
        "sandbox",
        "workers",
    }
    assert (fingerprint(load(lab)) != before) is (part in decides)


@pytest.mark.parametrize(
    ("name", "old", "new", "decides"),
    [
        ("grading_config.yml", "title: Median", "title: The middle", False),
        ("grading_config.yml", "essay, title: What surprised you, points: 1", "essay, title: A, points: 2", False),
        ("grading_config.yml", "essay, title: What surprised you, points: 1", "essay, title: A, points: 1, visible: true, items: [{code: a, text: $a$, points: 1}], solution: {tag: essay}", False),
        ("grading_config.yml", "manual:", "manual:\n  - {name: poem, title: A poem, points: 1}", False),
        ("grading_config.yml", "seed: 7", "seed: 7\nrounding: {step: 1}\nlms: {column: A}\nlate: {percent_per_day: 10}", False),
        ("grading_config.yml", "seed: 7", "seed: 7\ncorpus: {folder: corpus}", False),
        ("grading_config.yml", "# A second", "# Another", False),
        ("grading_config.yml", "seed: 7", "seed: 7\nlab: {even: 2.5}", True),
        ("grading_config.yml", "points: 2", "points: 3", True),
        ("grading_config.yml", "cell_seconds: 3", "cell_seconds: 4", True),
        ("grading_config.yml", "preload: [numpy]", "preload: []", True),
        ("questions/median.py", "an even count", "an even number", True),
        ("data/words.txt", "", "word\n", True),
        ("notes.py", "", "x = 1\n", False),
        ("otter.py", "", "x = 1\n", True),  # a test file's import would find it first
    ],
)  # fmt: skip
def test_what_of_the_lab_is_in_the_name_of_a_run(lab, name, old, new, decides):
    before = fingerprint(load(lab))
    file = lab.parent / name
    text = file.read_text() if file.exists() else ""
    assert old in text
    file.write_text(text.replace(old, new) if old else text + new)
    assert (fingerprint(load(lab)) != before) is decides


# --- from the command line ---------------------------------------------------------------------------


def test_a_file_that_a_test_reads_while_it_asks_decides_and_its_neighbours_do_not(lab, tmp_path):
    notebook = tmp_path / "ann.ipynb"
    notebook.write_bytes(notebook_bytes(MEDIAN))

    def graded_again() -> bool:
        return not known(run_here("grade", notebook, "--out", tmp_path / "out", "--config", lab))

    question, limits = lab.parent / "questions" / "median.py", lab.parent / "limits.json"
    reads = f"__import__('json').load(open({str(limits)!r}))['even']"
    question.write_text(question.read_text().replace("== 2.5", f"== {reads}"))
    limits.write_text('{"even": 2.5}')
    assert graded_again()
    assert table(tmp_path / "out")[0]["score"] == "2"
    (lab.parent / "notes.json").write_text("{}")
    (lab.parent / "README.md").write_text("About this lab.")
    assert not graded_again()
    limits.write_text('{"even": 3.5}')
    assert graded_again()
    assert table(tmp_path / "out")[0]["score"] == "0"
    limits.unlink()
    assert graded_again()
    assert table(tmp_path / "out")[0]["status"] == "not_gradable"
    [result] = (tmp_path / "out" / "results").glob("*.json")
    assert set(json.loads(result.read_text())["lab_files"]) == {
        "limits.json", "questions/counter.py", "questions/median.py"
    }  # fmt: skip
