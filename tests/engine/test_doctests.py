"""otter's older test files: dictionaries of doctests."""

import textwrap
from types import SimpleNamespace

import pytest

from autograder.build.public_tests import public_copy
from autograder.errors import ConfigurationError, StudentException
from autograder.grading.checks import CheckFailed
from autograder.grading.checks.failing import read_by_the_author
from autograder.grading.namespace import PlainNamespace
from autograder.grading.questions import load_questions

SQUARES = '''
    OK_FORMAT = True

    test = {
        "name": "squares",
        "points": 3,
        "suites": [{"type": "doctest", "scored": True, "cases": [
            {"code": r""">>> import math
    >>> three = square(3)
    >>> three
    9
    >>> math.isclose(square(0.5), 0.25)
    True
    """, "hidden": False, "points": 1},
            {"code": r""">>> three + square(1)
    10
    >>> square("x")
    Traceback (most recent call last):
    TypeError: can only square numbers
    """, "points": 2},
        ]}],
    }
'''


@pytest.fixture
def question(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "squares.py").write_text(textwrap.dedent(SQUARES))
    wanted = SimpleNamespace(name="squares", title="Squares", points=3, forbid_autograd=False)
    [question] = load_questions(tmp_path, "tests", [wanted])
    return question


def square(number):
    if isinstance(number, str):
        raise StudentException("TypeError", "can only square numbers", ())
    return number * number


def asked(question, function):
    """What each case says; empty where it passes."""
    said = []
    for case in question.file.test_cases:
        try:
            case.body.call_func(PlainNamespace({"square": function}))
            said.append("")
        except CheckFailed as failure:
            said.append(failure.rationale)
    return said


def test_cases_have_the_points_and_the_secrecy_that_the_file_gives_them(question):
    assert [(case.points, case.hidden) for case in question.file.test_cases] == [(1, False), (2, True)]


def test_a_right_function_passes_and_a_later_case_uses_what_an_earlier_one_bound(question):
    assert asked(question, square) == ["", ""]


def test_a_public_example_is_quoted_and_a_hidden_one_is_not(question):
    public, hidden = asked(question, lambda number: number + 6)
    assert public == "`math.isclose(square(0.5), 0.25)` gives False; True was expected."
    assert hidden == "A check that is not shown gives something else than it should."


def test_its_author_reads_what_a_hidden_example_gives(question):
    with read_by_the_author():
        _, hidden = asked(question, lambda number: number + 6)
    assert "was expected" in hidden
    assert asked(question, lambda number: number + 6)[1].startswith("A check that is not shown")


def test_a_function_that_is_missing_is_named_and_no_trouble_of_ours(question):
    [case, _] = question.file.test_cases
    with pytest.raises(CheckFailed, match=r"square is not defined\."):
        case.body.call_func(PlainNamespace({}))


def test_nothing_is_left_in_the_grading_process(question, monkeypatch):
    import builtins

    monkeypatch.delattr(builtins, "_", raising=False)  # of another test's interactive Python
    asked(question, square)
    assert not hasattr(builtins, "_")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("OK_FORMAT = True\ntests = {}\n", "no dictionary `test`"),
        (textwrap.dedent(SQUARES).replace(">>> three + ", ">>>three + "), "lacks blank after >>>"),
        (textwrap.dedent(SQUARES).replace("square(1)", "square(1"), "SyntaxError"),
    ],
)
def test_a_malformed_file_is_the_courses_to_fix(tmp_path, source, said):
    (tmp_path / "squares.py").write_text(source)
    wanted = SimpleNamespace(name="squares", title="Squares", points=3, forbid_autograd=False)
    with pytest.raises(ConfigurationError, match=said):
        load_questions(tmp_path, ".", [wanted])


def test_the_students_copy_has_the_public_cases(tmp_path):
    copy = public_copy(textwrap.dedent(SQUARES), "squares.py", tmp_path)
    assert ">>> three = square(3)" in copy
    assert "three + square(1)" not in copy
    names = {}
    exec(copy, names)  # noqa: S102
    assert names["OK_FORMAT"] is True
    assert [case["points"] for case in names["test"]["suites"][0]["cases"]] == [0]
