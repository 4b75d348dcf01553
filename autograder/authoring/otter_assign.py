"""A notebook for ``otter assign``: raw cells mark questions, prompts, solutions and tests.

otter's own code reads the blocks, their settings and the tests, so that they mean what they mean there.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.authoring import cells as make
from autograder.authoring.doctest_imports import python_of, with_imports
from autograder.authoring.draft import Draft, DraftManual, DraftQuestion, identifier, title_of
from autograder.authoring.in_place import works_in_place
from autograder.authoring.names import imported, packages
from autograder.errors import UsageError

_CARRIED = frozenset(
    "name tests init_cell check_all_cell export_cell show_question_points files requirements seed".split()
)
"""Keys of an assignment's settings that mean something here, or that nobody misses."""


def is_otter_assign(notebook: Any) -> bool:
    """Whether a notebook has the blocks of ``otter assign``."""
    pattern = re.compile(r"^\s*(```otter\s+)?#\s+(assignment\s+config|begin\s+question)", re.IGNORECASE)
    return any(
        cell.cell_type in ("raw", "markdown") and pattern.match(cell.source) for cell in notebook.cells
    )


@dataclass
class _Block:
    """The question that is being read."""

    config: Any
    name: str
    prompts: list[Any] = field(default_factory=list)
    solutions: list[Any] = field(default_factory=list)


def read(notebook: Any, file_name: str) -> Draft:
    """The lab that a notebook for ``otter assign`` describes.

    Raises:
        UsageError: a block does not end, a test is not Python, or points do not fit together.
    """
    try:
        return _Reader(notebook, file_name).draft()
    except (AssertionError, ValueError, TypeError, SyntaxError) as reason:  # how otter says so
        raise UsageError(f"{file_name}: otter assign cannot read it: {reason}") from reason


class _Reader:
    def __init__(self, notebook: Any, file_name: str) -> None:
        from otter.assign.assignment import Assignment
        from otter.assign.tests_manager import AssignmentTestsManager

        self._cells = notebook.cells
        self._assignment = Assignment()
        self._tests = AssignmentTestsManager(self._assignment)
        self._imports = imported(cell.source for cell in notebook.cells if cell.cell_type == "code")
        self._draft = Draft(title_of(notebook.cells, file_name.removesuffix(".ipynb")), file_name)
        self._draft.cells.append(make.code(make.SETUP))
        self._draft.packages = packages(self._imports.values())
        self._question: _Block | None = None
        self._within: list[Any] = []
        self._never_run: list[int] = []

    def draft(self) -> Draft:
        from otter.assign.blocks import (
            extract_all_fenced_otter_cells,
            get_cell_config,
            is_assignment_config_cell,
        )
        from otter.assign.utils import is_ignore_cell

        for number, cell in enumerate(extract_all_fenced_otter_cells(self._cells), 1):
            if is_ignore_cell(cell):
                continue
            if is_assignment_config_cell(cell):
                self._settings(get_cell_config(cell))
            elif not self._is_boundary(cell, number):
                self._place(cell, number)
        if self._within:
            raise UsageError(f"{self._draft.notebook}: the last block has no end")
        if self._never_run:
            self._draft.notes.append(
                f"{_cells(self._never_run)}: tests without an output, which would be what they expect: run "
                "the notebook, save it, and import it again"
            )
        return self._draft

    def _settings(self, config: dict[str, Any]) -> None:
        self._assignment.update(config)
        self._draft.named_files += map(str, config.get("files") or ())
        self._draft.requirements = config.get("requirements") or ()
        if lost := sorted(set(config) - _CARRIED):
            self._draft.notes.append(f"ASSIGNMENT CONFIG: {', '.join(lost)}: of no effect here")
        if {"seed"} & {*config, *_mapping_of(config, "generate")}:
            self._draft.notes.append(
                "ASSIGNMENT CONFIG: seed: cells are not seeded one by one; `seed:` of grading_config.yml "
                "holds for a whole run, and students get the notebook's own numbers"
            )

    def _is_boundary(self, cell: Any, number: int) -> bool:
        from otter.assign.blocks import BlockType, get_cell_config, is_block_boundary_cell

        for block in BlockType:
            if is_block_boundary_cell(cell, block):
                if block is BlockType.QUESTION:
                    self._begin(get_cell_config(cell), number)
                elif self._question is None:
                    raise UsageError(f"{self._draft.notebook}, cell {number}: begins outside of a question")
                self._within.append(block)
                return True
            if is_block_boundary_cell(cell, block, end=True):
                if not self._within or self._within.pop() is not block:
                    raise UsageError(f"{self._draft.notebook}, cell {number}: ends what has not begun")
                if block is BlockType.QUESTION:
                    self._end()
                return True
        return False

    def _begin(self, config: Any, number: int) -> None:
        from otter.assign.question_config import QuestionConfig

        if not isinstance(config, dict):
            raise UsageError(f"{self._draft.notebook}, cell {number}: the question has no settings")
        question = QuestionConfig(config)
        name = identifier(question.name, self._draft.names())
        if name != question.name:
            self._draft.notes.append(f"question {question.name!r} is called {name} now")
        self._tests.add_question(question)
        self._question = _Block(question, name)

    def _place(self, cell: Any, number: int) -> None:
        from otter.assign.blocks import BlockType

        within = self._within[-1] if self._within else None
        if within is BlockType.TESTS:
            assert self._question is not None
            self._tests.read_test(cell, self._question.config)
            if self._assignment.tests.ok_format:
                self._look_at_output(cell, number)
        elif within is BlockType.PROMPT:
            assert self._question is not None
            prompt = make.carried(cell, number, self._draft.files)
            self._question.prompts.append(prompt)
        elif within is BlockType.SOLUTION:
            assert self._question is not None
            self._question.solutions.append(cell)
        else:
            self._draft.cells.append(make.carried(cell, number, self._draft.files))

    def _look_at_output(self, cell: Any, number: int) -> None:
        """A test of doctests expects what its cell has put out, after its last line."""
        statements = ast.parse(cell.source).body
        if cell.execution_count is None and not cell.outputs and statements:
            if isinstance(statements[-1], ast.Expr):
                self._never_run.append(number)
        elif len(cell.outputs) > 1:
            self._draft.notes.append(
                f"cell {number}: a test puts out something before its last line, which otter takes for an "
                "output of the last one: the solution will fail it"
            )

    def _end(self) -> None:
        question, self._question = self._question, None
        assert question is not None
        points = float(self._tests.determine_question_point_value(question.config))
        title = question.config.name
        if question.config.manual:
            self._draft.manual.append(DraftManual(question.name, title, points))
            self._draft.cells += _manual_cells(question)
            if self._tests.has_tests(question.config):
                self._draft.notes.append(
                    f"question {title!r}: a person scores it, so its tests are left out: make a question of "
                    "its own of what they shall judge"
                )
            return
        self._draft.cells += _solution_cells(question, self._draft.notes)
        if self._tests.has_tests(question.config):
            self._draft.questions.append(
                DraftQuestion(question.name, title, points, self._test_file(question))
            )
            self._draft.cells.append(make.check(question.name))
        else:
            self._draft.notes.append(
                f"question {title!r} has no tests and no `manual: true`: nobody would score it"
            )

    def _test_file(self, question: _Block) -> str:
        info = self._tests._create_test_file_info(question.config.name)
        cases = info["test_cases"]
        if not self._assignment.tests.ok_format:
            cases = [*map(_escaped, cases)]
        test = self._tests._format_test(question.name, info["points"], info["all_or_nothing"], cases)
        called = self._works_in_place(test)
        written = with_imports(test, self._imports) if isinstance(test, dict) else str(test)
        for note in make.in_place(called, self._works_in_place(test)):
            self._draft.notes.append(f"question {question.config.name!r}: {note}")
        return written

    def _works_in_place(self, test: Any) -> list[str]:
        source = python_of(test, silent=True) if isinstance(test, dict) else str(test)
        return works_in_place(source, self._imports)


def _escaped(case: Any) -> Any:
    """A test case whose messages can stand between the quotes that otter writes around them."""
    messages = {
        name: text if text is None else json.dumps(str(text), ensure_ascii=False)[1:-1]
        for name in ("success_message", "failure_message")
        for text in [getattr(case, name)]
    }
    return replace(case, **messages)


def _mapping_of(config: dict[str, Any], key: str) -> dict[str, Any]:
    found = config.get(key)
    return found if isinstance(found, dict) else {}


def _cells(numbers: list[int]) -> str:
    return f"cell{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _manual_cells(question: _Block) -> list[Any]:
    """The cells of an answer that a person scores: one in Markdown, or code as it is."""
    texts = [cell.source for cell in question.solutions if cell.cell_type == "markdown"]
    prompts = [cell.source for cell in question.prompts if cell.cell_type == "markdown"]
    coded = [cell for cell in question.solutions if cell.cell_type == "code"]
    found = [make.code(cell.source) for cell in coded]
    if texts or not coded:
        prompt = "\n\n".join(prompts) or make.ANSWER_HERE
        found.insert(
            0, make.answer(question.name, "", prompt, "\n\n".join(texts).replace("**SOLUTION:**", ""))
        )
    else:
        found[0].metadata["autograder"] = {"manual": question.name}
    return found


def _solution_cells(question: _Block, notes: list[str]) -> list[Any]:
    """The cells of a solution that tests judge, with markers."""
    prompts = "\n\n".join(cell.source for cell in question.prompts if cell.cell_type == "code")
    found = []
    for cell in question.solutions:
        if cell.cell_type != "code":
            found.append(make.text(cell.source))
        elif prompts:
            found.append(make.code_answer(prompts, cell.source))
            prompts = ""
        else:
            if not make.has_markers(cell.source):
                notes.append(
                    f"question {question.config.name!r}: a solution has no marker (# SOLUTION), so "
                    "students would get it as it is"
                )
            found.append(make.code(cell.source))
    return found
