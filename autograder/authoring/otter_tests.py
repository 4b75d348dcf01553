"""A notebook beside a folder of otter's test files, of either format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.authoring import cells as make
from autograder.authoring.doctest_imports import python_of, with_imports
from autograder.authoring.draft import Draft, DraftQuestion, identifier, title_of
from autograder.authoring.in_place import works_in_place
from autograder.authoring.names import imported, packages
from autograder.authoring.suites import is_older, one_suite
from autograder.errors import ConfigurationError, UsageError
from autograder.grading.test_files import read_doctests, read_test_file, specification

_NOTEBOOK = re.compile(r"otter\.Notebook\([^()]*\)")
"""The first cell of a student's notebook, in which otter names the file."""

_FOR_A_PERSON = re.compile(r"^<!-- BEGIN QUESTION -->\s*(?P<first>.*)", re.MULTILINE)
"""How otter marks what is scored by hand, for the PDF of answers."""


def read(notebook: Any, file_name: str, tests: Mapping[str, str]) -> Draft:
    """The lab of a notebook and its test files.

    Args:
        tests: path of each test file, for messages, to its text.

    Raises:
        UsageError: a test file cannot be read; it names the file.
    """
    draft = Draft(title_of(notebook.cells, file_name.removesuffix(".ipynb")), file_name)
    imports = imported(cell.source for cell in notebook.cells if cell.cell_type == "code")
    draft.packages = packages(imports.values())
    for path, text in tests.items():
        draft.questions.append(_question(path, text, draft, imports))
    draft.cells += list(_cells(notebook, draft))
    draft.notes += _for_a_person(notebook)
    if not any(make.has_markers(cell.source) for cell in draft.cells):
        draft.notes.append(
            "the notebook marks no solution, so solution and template are the same: mark what students write "
            "with # SOLUTION, or # BEGIN SOLUTION and # END SOLUTION, in master.py"
        )
    return draft


def _question(path: str, text: str, draft: Draft, imports: Mapping[str, str]) -> DraftQuestion:
    try:
        older = is_older(text)
        if older:
            test = one_suite(specification(text, path))
            file = read_doctests(test, path)
            called = works_in_place(python_of(test, silent=True), imports)
            written = with_imports(test, dict(imports))
            left = works_in_place(python_of(test, silent=True), imports)
        else:
            file = read_test_file(path)
            written, called = text, works_in_place(text, imports)
            left = called
    except (
        ConfigurationError,
        SyntaxError,
        ValueError,
        TypeError,
        KeyError,
        AssertionError,
        ImportError,
    ) as reason:
        told = str(reason) or type(reason).__name__
        if "OK_FORMAT" not in text:
            told += (
                ". It does not say its format: begin it with OK_FORMAT = True where it holds a dictionary "
                "`test`, with OK_FORMAT = False where it holds functions"
            )
        raise UsageError(f"{path}: cannot be read as a test file of otter: {told}") from reason
    if older and len(specification(text, path)["suites"]) > 1:
        draft.notes.append(
            f"question {file.name!r}: its suites are one now, and each case earns its share of the points"
        )
    draft.notes += [f"question {file.name!r}: {note}" for note in make.in_place(called, left)]
    name = identifier(file.name, draft.names())
    if name != file.name:
        draft.notes.append(f"question {file.name!r} is called {name} now")
        written = written.replace(repr(file.name), repr(name)).replace(f'"{file.name}"', f'"{name}"')
    if all(case.hidden for case in file.test_cases):
        draft.notes.append(
            f"question {name!r} has hidden cases only (otter's default): `build` wants one that students can "
            "run, with 'hidden': False"
        )
    return DraftQuestion(name, file.name, round(sum(case.points for case in file.test_cases), 5), written)


def _cells(notebook: Any, draft: Draft) -> Iterator[Any]:
    """The notebook's cells, and a check of each question that has none."""
    sources = [cell.source for cell in notebook.cells]
    if not any("otter.Notebook(" in source for source in sources):
        yield make.code(make.SETUP)
    for number, cell in enumerate(notebook.cells, 1):
        made = make.carried(cell, number, draft.files)
        if cell.cell_type == "code":
            made.source = _NOTEBOOK.sub('otter.Notebook(tests_dir="tests")', made.source)
        yield made
    for question in draft.questions:
        quoted = (f'grader.check("{question.name}")', f"grader.check('{question.name}')")
        if not any(call in source for source in sources for call in quoted):
            yield make.check(question.name)


def _for_a_person(notebook: Any) -> Iterator[str]:
    """Notes on questions that a person scores, of which nothing here says the points."""
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown" and (found := _FOR_A_PERSON.search(cell.source)):
            yield (
                f"cell {number} ({found['first'][:60]}): a person scores it, for points that the notebook "
                "does not say: add it to `manual:`, and its name to the answer's cell in master.py: "
                '# %% [markdown] autograder={"manual": "NAME"}'
            )
