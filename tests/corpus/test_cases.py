"""The corpus itself: every folder reads as a case and makes a valid notebook."""

from __future__ import annotations

import nbformat
import pytest

from .cases import OWN_RUN, POINTS, SOME, all_cases, changed, notebook, parse

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_makes_a_valid_notebook(case):
    content = notebook(case)
    assert notebook(case) == content
    read = nbformat.reads(content.decode(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(read)
    assert (read.nbformat, read.nbformat_minor) == (4, 5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_expectation_fits_the_lab_and_the_folder(case):
    kind, *inner = case.name.split("/")
    assert (kind == "correct") == case.correct
    assert case.base in ("quick", "full")
    assert set(case.loses) | set(case.also_may_lose) <= set(POINTS)
    assert not set(case.loses) & set(case.also_may_lose)
    assert all(lost == SOME or 0 < lost <= POINTS[question] for question, lost in case.loses.items())
    if kind == "mistakes" and inner[0] != "whole":
        # Its own question alone, and the point of the own training where that does not reach the threshold.
        assert next(iter(case.loses)) == inner[0]
        assert case.loses.keys() - {inner[0]} <= {OWN_RUN}
        assert inner[0] == OWN_RUN or case.loses.get(OWN_RUN, 1) == 1


@pytest.mark.parametrize("question", POINTS)
def test_every_question_has_single_mistakes(question):
    assert sum(case.name.startswith(f"mistakes/{question}/") for case in CASES) >= 4


def test_no_two_cases_are_the_same_notebook():
    seen = {}
    for case in CASES:
        assert seen.setdefault(notebook(case), case.name) == case.name


def test_changes_replace_insert_and_remove():
    base = parse(
        "# %% one\nx = 1\n\n# %% two\nclass A:\n    def f(self):\n        return 1\n\n# %% three\n3\n"
    )
    changes = parse("# %% one\n\n# %% two.f\ndef f(self):\n    return 2\n\n# %% new after two\n!ls\n")
    assert [(cell.name, cell.source) for cell in changed(base, changes)] == [
        ("two", "class A:\n    def f(self):\n        return 2"),
        ("new", "!ls"),
        ("three", "3"),
    ]


@pytest.mark.parametrize("script", ["x = 1\n", "# %% one two\n", "x\n# %% one\n"])
def test_scripts_that_do_not_read_are_refused(script):
    with pytest.raises(ValueError):
        parse(script)


def test_change_of_an_unknown_cell_is_refused():
    with pytest.raises(ValueError):
        changed(parse("# %% one\n1\n"), parse("# %% two\n2\n"))
