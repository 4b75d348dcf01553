"""What a bare assert of a test file says."""

import textwrap

import pytest

from autograder.grading.checks import hidden_case
from autograder.grading.namespace import PlainNamespace
from autograder.grading.test_files import read_test_file

FILE = '''
    """Docstring."""
    from __future__ import annotations
    from otter.test_files import test_case

    OK_FORMAT = False
    name = "q"
    points = None


    @test_case(name="case", points=0)
    def case(value):
        {line}
'''


def said(tmp_path, line, value):
    """The message and the line number of the assert in a case; empty where it passes."""
    file = tmp_path / "q.py"
    file.write_text(textwrap.dedent(FILE).replace("{line}", line).lstrip("\n"))
    [case] = read_test_file(str(file)).test_cases
    try:
        case.body.call_func(PlainNamespace({"value": value}))
    except AssertionError as failure:
        trace = failure.__traceback__
        while trace.tb_next:
            trace = trace.tb_next
        assert trace.tb_lineno == 12
        return str(failure)
    return ""


@pytest.mark.parametrize(
    ("line", "value", "words"),
    [
        ("assert value == 2", 3, "value is 3; 2 was expected."),
        ("assert value + 1 == 2 * 2", 4, "value + 1 is 5; 4 was expected."),
        ("assert value < 2", 3, "value is 3; < 2 was expected."),
        ("if value: assert 3 in value", [1, 2], "3 is 3; in value was expected, where value is [1, 2]."),
        ("assert value is None", "a\u202eb", "value is 'a\\u202eb'; is None was expected."),
        ("assert value == 2, 'own words'", 3, "own words"),
        ("assert not value", 3, ""),
        ("assert value == []", ["x" * 10_000] * 5, f"value is ['{'x' * 78}…; [] was expected."),
        ("assert value == 3", 3, ""),
    ],
)
def test_both_sides_are_shown(tmp_path, line, value, words):
    assert said(tmp_path, line, value) == words


def test_nothing_of_a_hidden_case_is_shown(tmp_path):
    with hidden_case(True):
        assert said(tmp_path, "assert value == 31415", 3) == ""


def test_a_side_is_computed_once(tmp_path):
    asked = []
    said(tmp_path, "assert value() == 2", lambda: asked.append(1))
    assert asked == [1]
