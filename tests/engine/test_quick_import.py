"""What takes a second to import and is not needed stays out; a package of this name is a test's own here."""

from __future__ import annotations

import importlib
import sys

import pytest

from autograder.notebook.quick_import import GRAMMAR, without_address_grammar


@pytest.fixture
def grammar_is_installed(tmp_path, monkeypatch):
    """A module of the grammar's name, not imported yet."""
    (tmp_path / f"{GRAMMAR}.py").write_text("there = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, GRAMMAR, raising=False)


def test_the_grammar_is_not_imported_inside_and_can_be_afterwards(grammar_is_installed):
    with without_address_grammar(), pytest.raises(ImportError):
        importlib.import_module(GRAMMAR)
    assert importlib.import_module(GRAMMAR).there


def test_a_grammar_that_somebody_has_imported_stays(grammar_is_installed):
    before = importlib.import_module(GRAMMAR)
    with without_address_grammar():
        assert importlib.import_module(GRAMMAR) is before
    assert sys.modules[GRAMMAR] is before
