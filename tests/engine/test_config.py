"""grading_config.yml: the real one, and every way to get one wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.config.load import check_files, load
from autograder.errors import ConfigurationError
from autograder.notebook.solutions import solutions

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT / "grading_config.yml"

SMALL = """\
assignment:
  title: Toy
  notebook: toy.ipynb
tests: checks
questions:
  - name: add
    title: Addition
    points: 2
  - {name: sub, title: Subtraction, points: 0.5}
manual:
  - {name: essay, title: An essay, points: 1}
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "grading_config.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def complaint(folder: Path, text: str | bytes) -> str:
    """The message without the file's path, so that tests read ``:3: questions…``."""
    path = write(folder, text)
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    return str(caught.value).replace(str(path), "")


def test_the_real_lab_has_the_points_of_the_lab_text() -> None:
    config = load(REAL).config
    assert sum(question.points for question in config.questions) == 25
    assert {q.name: q.points for q in config.manual} == {"derivation_general": 7, "derivation_last_step": 4}


def test_the_items_of_the_real_lab_are_the_identities_of_its_exercises() -> None:
    lab = load(REAL)
    master = (ROOT / "reference" / "rnn_lab.py").read_text(encoding="utf-8")
    for question, count in zip(lab.config.manual, (7, 4), strict=True):
        assert [one.points for one in question.items] == [1] * count
        assert all(f"# $${one.text.strip('$')}$$\n" in master for one in question.items)
        assert question.visible
    answers = solutions(lab)
    assert answers["derivation_general"].startswith("**Answer to exercise 1**")
    assert "**Output weights.**" in answers["derivation_last_step"]


def test_automatic_gradients_are_forbidden_wherever_gradients_are_used() -> None:
    for question in load(REAL).config.questions:
        assert question.forbid_autograd == question.name.startswith(("grad_", "training_"))


def test_the_real_lab_serves_its_data_and_its_values() -> None:
    config = load(REAL).config
    (data,) = config.data
    assert (data.name, data.file) == ("pollution.csv", "reference/data/pollution.csv.gz")
    assert config.lab["tolerance"] == {"rtol": 1e-3, "floor": 5e-6}
    assert config.lab["rerun_seeds"] == [1, 2]
    assert config.kernel.preload == ("numpy", "torch", "matplotlib.pyplot", "pandas")


def test_a_small_lab_gets_defaults_for_what_it_leaves_out(tmp_path: Path) -> None:
    lab = load(write(tmp_path, SMALL))
    assert (lab.root, lab.path) == (tmp_path, tmp_path / "grading_config.yml")
    assert (lab.config.limits.cell_seconds, lab.config.kernel.preload, lab.config.build) == (90, (), None)
    assert lab.test_file("add") == tmp_path / "checks" / "add.py"


def test_a_configuration_cannot_be_changed_after_it_was_read(tmp_path: Path) -> None:
    lab = load(write(tmp_path, SMALL))
    with pytest.raises(ValueError):
        lab.config.limits.cell_seconds = 1


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()
    assert load(write(tmp_path, text)).config == load(write(tmp_path, SMALL)).config


def test_a_float_without_a_dot_is_a_number(tmp_path: Path) -> None:
    lab = load(write(tmp_path, SMALL + "lab: {rtol: 1e-3, text: '1e-3', flag: yes, nothing: }\n"))
    assert lab.config.lab == {"rtol": 0.001, "text": "1e-3", "flag": True, "nothing": None}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "points: 2",
            "pionts: 2",
            ":8: questions[0].pionts: unknown field; did you mean 'points'? allowed: name, title, ",
        ),
        (
            "points: 2",
            "points: '2'",
            ":8: questions[0].points: expected a valid number (points it can earn, above 0); found '2'",
        ),
        ("points: 2", "points: 0", ":8: questions[0].points: expected greater than 0"),
        ("points: 2", "points: .nan", ":8: questions[0].points: expected a finite number"),
        ("points: 2", "points: true", ":8: questions[0].points: expected a valid number"),
        ("points: 2", "points:", "found nothing"),
        ("  notebook: toy.ipynb\n", "", ":1: assignment.notebook: is missing (file name of the notebook"),
        ("toy.ipynb", "a/toy.ipynb", ":3: assignment.notebook: expected"),
        ("toy.ipynb", "toy.py", ":3: assignment.notebook: expected"),
        ("name: add", "name: a-b", ":6: questions[0].name: expected"),
        ("name: add", "name: score", "not a column of grades.csv"),
        (
            "name: add",
            "name: SUB",
            ":9: questions[1].name: expected a name of its own; 'sub' is taken by questions[0]",
        ),
        (
            "name: essay",
            "name: add",
            ":11: manual[0].name: expected a name of its own; 'add' is taken by questions[0]",
        ),
        (
            "tests: checks",
            "tests: checks\nfiles: [otter.py]",
            "otter.py is taken by what runs the public tests",
        ),
        ("tests: checks", "tests: checks\nfiles: [checks/add.py]", "checks holds tests or solutions"),
        ("tests: checks", "tests: checks\nfiles: [a/../b.csv]", "without '..'"),
        ("tests: checks", "tests: ../checks", ":4: tests: expected a path relative to"),
        ("tests: checks", "tests: /etc", ":4: tests: expected a path relative to"),
        ("tests: checks", "tests: [checks]", ":4: tests: expected"),
        (
            "tests: checks",
            "tests: 2024-01-02",
            ":4: tests: '2024-01-02' is read as a timestamp by YAML: put it in quotes",
        ),
        ("tests: checks", "tests: c\nseed: 010", ":5: seed: '010' is not a plain number"),
        ("tests: checks", "tests: c\nseed: -1", ":5: seed: expected"),
        (
            "tests: checks",
            "tests: c\nlimits: {cell_seconds: 400}",
            ":5: limits.cell_seconds: expected at most notebook_seconds, which is 300; found 400",
        ),
        ("tests: checks", "tests: c\nlimits: {memory: 1}", "did you mean 'memory_mb'?"),
        ("tests: checks", "tests: c\nlimits: 3", ":5: limits: expected"),
        ("tests: checks", "tests: c\nkernel: {preload: numpy}", ":5: kernel.preload: expected a list"),
        ("tests: checks", "tests: c\nkernel: {preload: [numpy, 'os; x']}", ":5: kernel.preload[1]: expected"),
        (
            "tests: checks",
            "tests: c\ndata: [{url: file:///etc/passwd, file: a, sha256: abc, name: b}]",
            ":5: data[0].url: expected",
        ),
        ("tests: checks", "tests: c\ntests: d", ":5: tests: given twice (first in line 4)"),
        ("tests: checks", "tests: &a c\nlab: {x: *a}", "anchors and aliases"),
        ("tests: checks", "tests: !!python/name:os.system", ":4: tests: the tag"),
        ("tests: checks", "tests: checks\n3: x", ":5: a key must be text (3)"),
        ("tests: checks", "tests: checks\n[a]: x", "a key must be text"),
        ("tests: checks", "tests: [", "not valid YAML"),
        ("tests: checks", "tests:\tchecks\n\tx: y", ":4: not valid YAML"),
        ("questions:", "questions: []\nwhatever:", "questions: expected"),
        (SMALL, "", "the file is empty"),
        (SMALL, "# only a comment\n", "the file is empty"),
        (SMALL, "- a\n- b\n", "expected a mapping with the keys assignment, tests"),
        (SMALL, "just text", "expected a mapping"),
        (SMALL, SMALL + "---\n" + SMALL, "not valid YAML"),
        (SMALL, "a: \x00", "not valid YAML"),
        (SMALL, "[" * 5000, "nested too deep"),
    ],
)
def test_a_mistake_is_reported_with_file_line_field_and_what_was_expected(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert message in complaint(tmp_path, SMALL.replace(old, new, 1))


ITEMS = """\
manual:
  - name: essay
    title: An essay
    points: 2
    solution: {tag: essay}
    items:
      - {code: A, text: $a$, points: 1}
      - code: B
        text: $b$
        points: 1
build: {master: m.py, solution: solution.ipynb, template: t.ipynb}
"""
WITH_ITEMS = SMALL.partition("manual:")[0] + ITEMS


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("code: B", "code: a", ":17: manual[0].items[1].code: expected a code of its own; 'a' is taken by "),
        ("code: B", "code: b c", ":17: manual[0].items[1].code: expected"),
        ("code: B", "code: Comment", "found 'Comment'"),
        ("code: B", "kode: B", ":17: manual[0].items[1].kode: unknown field; did you mean 'code'?"),
        (
            "points: 1\nbuild",
            "points: 1.5\nbuild",
            ":15: manual[0].items: expected items of 2 points together, ",
        ),
        ("points: 1\nbuild", "points: -1\nbuild", ":19: manual[0].items[1].points: expected greater than 0"),
        ("text: $b$", "text: ''", ":18: manual[0].items[1].text: expected"),
        ("{tag: essay}", "{}", ":14: manual[0].solution: expected either tag or heading"),
        (
            "{tag: essay}",
            "{tag: essay, heading: E}",
            ":14: manual[0].solution: expected either tag or heading",
        ),
        ("{tag: essay}", "essay", ":14: manual[0].solution: expected a mapping"),
        ("build: {", "lab: {", ":14: manual[0].solution: expected a section build"),
        ("title: An essay", "title: An essay\n    visible: maybe", ":13: manual[0].visible: expected"),
        ("name: essay", "name: journal", "not a column of grades.csv or manual.csv"),
    ],
)
def test_a_mistake_in_items_is_reported_where_it_is(tmp_path: Path, old: str, new: str, message: str) -> None:
    load(write(tmp_path, WITH_ITEMS))
    assert message in complaint(tmp_path, WITH_ITEMS.replace(old, new, 1))


def test_the_solution_of_a_question_is_found_by_its_tag_or_its_first_line(tmp_path: Path) -> None:
    lab = load(write(tmp_path, WITH_ITEMS))
    assert solutions(lab) == {}  # not built yet, or not handed on
    cells = [
        nbformat.v4.new_markdown_cell("## **Answer** 1\n\nBecause."),
        nbformat.v4.new_markdown_cell("Hence.", metadata={"autograder": {"manual": "essay"}}),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "solution.ipynb")
    assert solutions(lab) == {"essay": "Hence."}
    by_item = [
        nbformat.v4.new_markdown_cell(text, metadata={"autograder": {"manual": "essay", "item": item}})
        for text, item in (("First.", "a"), ("Second.", "b"))
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=[cells[1], *by_item]), tmp_path / "solution.ipynb")
    assert solutions(lab) == {"essay": "Hence.\n\nFirst.\n\nSecond."}
    nbformat.write(
        nbformat.v4.new_notebook(cells=[cells[1], nbformat.from_dict(cells[1] | {"id": "twice"})]),
        tmp_path / "solution.ipynb",
    )
    with pytest.raises(ConfigurationError, match="tag: 2 cells of the solution notebook have it"):
        solutions(lab)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "solution.ipynb")
    by_heading = WITH_ITEMS.replace("{tag: essay}", "{heading: answer 1}")
    assert solutions(load(write(tmp_path, by_heading))) == {"essay": "## **Answer** 1\n\nBecause."}
    for wrong, message in (
        ("{tag: poem}", "tag: the solution has no such cell"),
        ("{heading: X}", "heading: the"),
    ):
        with pytest.raises(ConfigurationError, match=rf"yml:14: manual\[0\]\.solution\.{message}"):
            solutions(load(write(tmp_path, WITH_ITEMS.replace("{tag: essay}", wrong))))
    nbformat.write(
        nbformat.v4.new_notebook(cells=[cells[0], nbformat.v4.new_markdown_cell("Answer 1")]),
        tmp_path / "solution.ipynb",
    )
    with pytest.raises(ConfigurationError, match="heading: 2 cells of the solution notebook have it"):
        solutions(load(write(tmp_path, by_heading)))
    (tmp_path / "solution.ipynb").write_text("[1]")
    with pytest.raises(ConfigurationError, match="the solution notebook cannot be read"):
        solutions(load(write(tmp_path, WITH_ITEMS)))


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    text = complaint(tmp_path, SMALL.replace("points: 2", "points: -2").replace("title: Toy", "title: 3"))
    assert [line.split(": ")[0] for line in text.splitlines()] == [
        ":2",
        ":8",
    ]


def test_a_file_that_is_not_utf8_is_named_with_the_line(tmp_path: Path) -> None:
    assert ":2: not UTF-8" in complaint(tmp_path, SMALL.replace("Toy", "Tö").encode("latin-1"))


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load(tmp_path / "nowhere.yml")
    with pytest.raises(ConfigurationError, match="Is a directory"):
        load(tmp_path)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_either_a_lab_or_a_configuration_error(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = write(Path(folder), data)
        try:
            message = str(load(path).path)
        except ConfigurationError as error:
            message = str(error)
        assert str(path) in message


def test_files_that_grading_needs_are_looked_for(tmp_path: Path) -> None:
    lab = load(write(tmp_path, SMALL))
    with pytest.raises(
        ConfigurationError, match=r"yml:4: tests: no such folder: checks\n.*:6: questions\[0\]"
    ):
        check_files(lab)
    (tmp_path / "checks").mkdir()
    for name in ("add", "sub"):
        (tmp_path / "checks" / f"{name}.py").touch()
    check_files(lab)


def test_a_needed_file_may_be_a_link(tmp_path: Path) -> None:
    lab_folder = tmp_path / "lab"
    (lab_folder / "checks").mkdir(parents=True)
    (lab_folder / "checks" / "sub.py").touch()
    (tmp_path / "elsewhere.py").touch()
    (lab_folder / "checks" / "add.py").symlink_to(tmp_path / "elsewhere.py")
    check_files(load(write(lab_folder, SMALL)))


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, autograder; sys.exit(bool({'pydantic', 'yaml', 'nbformat'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
