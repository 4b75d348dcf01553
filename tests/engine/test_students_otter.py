"""What students have in the place of otter-grader: it runs the same tests, never stops, and says one sentence."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

from autograder.build.check import students_otter
from autograder.grading.test_files import read_test_file
from tests.conftest import ROOT

QUESTIONS = ROOT / "student_template" / "tests"

CASES = """\
from otter.test_files import test_case

OK_FORMAT = False


@test_case(name="the number", points=0, hidden=False)
def the_number(env):
    assert env.get("number") == 2, f"number is {env.get('number')}, expected 2.\\nTwice one is two."


@test_case(points=1, success_message="Well done.", failure_message="Look at `double`.")
def by_argument(double):
    assert double(1) == 2
"""


@pytest.fixture
def otter(tmp_path, monkeypatch) -> ModuleType:
    """The stand-in as a notebook gets it that lies beside it, with one test file; nothing else called otter."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "otter"]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "otter.py").write_text(students_otter(), "utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "numbers.py").write_text(CASES, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    yield importlib.import_module("otter")
    for name in ("otter", "otter.test_files"):
        sys.modules.pop(name, None)


def checked(otter: ModuleType, **names: object) -> str:
    return repr(otter.Notebook(tests_dir="tests").check("numbers", global_env=names))


def test_all_cases_pass(otter):
    assert checked(otter, number=2, double=lambda x: 2 * x) == (
        "numbers: 2 of 2 public tests pass\n✓ the number\n✓ by_argument: Well done."
    )


def test_what_fails_says_what_is_wrong_and_where(otter):
    source = "def double(x):\n    return x / 0"
    names: dict[str, object] = {}
    exec(compile(source, "/tmp/ipykernel_7/8.py", "exec"), names)  # noqa: S102  as Jupyter names a cell
    assert checked(otter, number=3, double=names["double"]) == (
        "numbers: 0 of 2 public tests pass\n"
        "✗ the number: number is 3, expected 2.\n    Twice one is two.\n"
        "✗ by_argument: ZeroDivisionError: division by zero\n    in double, line 2 of its cell: \n"
        "    Look at `double`."
    )


def leaves(x: object) -> None:
    raise SystemExit(f"{x} is enough")


@pytest.mark.parametrize("double", [None, leaves, lambda: 1])
def test_no_code_of_a_notebook_stops_it(otter, double):
    assert checked(otter, number=2, double=double).startswith("numbers: 1 of 2 public tests pass")


def test_what_a_notebook_shows_is_text(otter):
    grader = otter.Notebook(tests_dir="tests")
    shown = grader.check("numbers", global_env={"number": "<b>3</b>\n<i>", "double": str})._repr_html_()
    assert "<strong>numbers: 0 of 2 public tests pass</strong>" in shown
    assert "&lt;b&gt;3&lt;/b&gt;" in shown
    assert "<i>" not in shown


def test_names_are_those_of_who_asks(otter):
    names = {"otter": otter, "number": 2, "double": lambda x: 2 * x}
    exec("grader = otter.Notebook(); one = grader.check('numbers'); every = grader.check_all()", names)  # noqa: S102
    assert repr(names["one"]).startswith("numbers: 2 of 2")
    assert repr(names["every"]) == (
        "1 of 1 questions pass all of their public tests\n✓ numbers: 2 of 2 public tests pass"
    )


def test_all_checks_list_what_passes_before_what_fails(otter, tmp_path):
    (tmp_path / "tests" / "a.py").write_text(CASES.replace("== 2", "== 5"), "utf-8")
    names = {"otter": otter, "number": 2, "double": lambda x: 2 * x}
    exec("every = otter.Notebook().check_all()", names)  # noqa: S102
    lines = repr(names["every"]).split("\n")
    assert lines[:3] == [
        "1 of 2 questions pass all of their public tests",
        "✓ numbers: 2 of 2 public tests pass",
        "a: 0 of 2 public tests pass",
    ]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("otter.Notebook(tests_dir='elsewhere').check('numbers')", "The folder `elsewhere` is not beside"),
        ("otter.Notebook(tests_dir='elsewhere').check_all()", "The folder `elsewhere` is not beside"),
        (
            "otter.Notebook().check('number')",
            "There is no test `number` in the folder `tests`; it has numbers.",
        ),
        ("otter.Notebook('lab.ipynb').export(pdf=True)", "Nothing has to be exported: save the notebook"),
        ("otter.Notebook().to_pdf()", "Nothing has to be exported: save the notebook"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(otter, call, said):
    found = repr(eval(call, {"otter": otter}))  # noqa: S307  calls of our own, above
    assert found.startswith(said)
    assert "\n" not in found


def test_a_damaged_test_file_is_named(otter, tmp_path):
    (tmp_path / "tests" / "numbers.py").write_text("def", "utf-8")
    assert checked(otter).startswith("numbers: numbers.py in tests is damaged (")


def test_a_notebook_that_runs_in_another_folder_finds_its_tests(otter, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert checked(otter, number=2, double=lambda x: 2 * x).startswith("numbers: 2 of 2")


def test_a_file_of_the_older_format_is_asked_too(otter, tmp_path):
    cases = [{"code": ">>> double(1)\n2"}, {"name": "of two", "code": ">>> double(2)\n4"}]
    text = f"OK_FORMAT = True\ntest = { ({'name': 'old', 'points': 0, 'suites': [{'cases': cases}]})!r}\n"
    (tmp_path / "tests" / "numbers.py").write_text(text, "utf-8")
    lines = checked(otter, double=lambda x: 2).split("\n")
    assert lines[:3] == ["numbers: 1 of 2 public tests pass", "✓ case 1", "✗ of two: it gives something else"]
    assert [line.strip() for line in lines[-4:]] == ["Expected:", "4", "Got:", "2"]


@pytest.mark.parametrize("question", sorted(file.stem for file in QUESTIONS.glob("*.py")))
def test_each_test_file_of_the_lab_comes_to_the_same_as_under_otter_grader(question, request):
    file = read_test_file(str(QUESTIONS / f"{question}.py"))
    file.run({})
    wanted = [(one.test_case.name, one.passed) for one in file.test_case_results]
    grader = request.getfixturevalue("otter").Notebook(tests_dir=str(QUESTIONS))
    lines = repr(grader.check(question, global_env={})).split("\n")
    found = [(line[2:].partition(":")[0], line[0] == "✓") for line in lines if line[:2] in ("✓ ", "✗ ")]
    assert found == wanted
    assert wanted
