"""otter's older test files: dictionaries of doctests."""

import textwrap
from types import SimpleNamespace
from typing import ClassVar

import pytest

from autograder.build.public_tests import public_copy
from autograder.errors import ConfigurationError, StudentException
from autograder.grading.checks import CheckFailed
from autograder.grading.checks.failing import read_by_the_author
from autograder.grading.namespace import PlainNamespace
from autograder.grading.questions import ask, load_questions
from autograder.model import Ending, Outcome

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


def test_names_that_belong_to_an_example_are_not_asked_of_the_notebook(tmp_path):
    example = r"""
    >>> near = lambda a, b: abs(a - b) < 1e-9
    >>> def close(x, y):
    ...     return near(x, y)
    >>> [close(square(n), n * n) for n in range(2)]
    [True, True]
    >>> for item in (1, 2):
    ...     print(square(item))
    1
    4
    """
    source = f'OK_FORMAT = True\ntest = {{"name": "squares", "suites": [{{"cases": [{{"code": {example!r}}}]}}]}}\n'
    (tmp_path / "squares.py").write_text(source)
    wanted = SimpleNamespace(name="squares", title="Squares", points=1, forbid_autograd=False)
    [question] = load_questions(tmp_path, ".", [wanted])
    names = Asked({"square": square})
    question.file.test_cases[0].body.call_func(names)
    assert names.asked <= {"square", "abs", "range", "print"}  # a notebook may have replaced what Python has


class Asked(PlainNamespace):
    """Names that remember what was asked of them."""

    def __init__(self, names):
        super().__init__(names)
        self.asked = set()

    def __contains__(self, name):
        self.asked.add(name)
        return super().__contains__(name)


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


class Notebook(PlainNamespace):
    """One function that answers in this process."""

    missing: ClassVar[dict[str, None]] = {}
    doubles = False

    def begin_case(self, seed, **_settings):
        pass

    def names(self):
        return self

    def ending(self):
        return Ending.FINISHED


@pytest.fixture
def came_to(tmp_path):
    """What the question comes to for a function, with other words in its file."""

    def put(function, old, new):
        source = textwrap.dedent(SQUARES).replace(old, new, 1)
        assert source != textwrap.dedent(SQUARES)
        (tmp_path / "squares.py").write_text(source)
        wanted = SimpleNamespace(name="squares", title="Squares", points=3, forbid_autograd=False)
        [question] = load_questions(tmp_path, ".", [wanted])
        return ask(question, Notebook({"square": function}), 0)

    return put


@pytest.mark.parametrize(("function", "points"), [(square, 3), (lambda x: x * x, 0)])
def test_all_or_nothing_is_what_it_says(came_to, function, points):
    found = came_to(function, '"points": 3,', '"points": 3, "all_or_nothing": True,')
    assert found.points == points
    assert found.cases[0].outcome is Outcome.PASSED
    assert bool(found.notes) == (points == 0)


def test_what_the_author_says_of_a_failure_is_told_of_a_hidden_case_too(came_to):
    words = '"failure_message": "Numbers only, please.", "points": 2'
    found = came_to(lambda x: x * x if x != 1 else 2, '"points": 2', words)
    assert [case.help for case in found.cases] == ["", "Numbers only, please."]
    raised = came_to(lambda x: {}[x], '"points": 2', words)
    assert "Numbers" not in raised.cases[1].help  # what the code raised says what is wrong
