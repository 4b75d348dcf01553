"""A source notebook of nbgrader: metadata says what is a solution, a test, or scored by a person."""

from __future__ import annotations

import ast
import re
import textwrap
from typing import Any

from autograder.authoring import cells as make
from autograder.authoring.draft import Draft, DraftManual, DraftQuestion, identifier, title_of
from autograder.authoring.names import imported, packages
from autograder.authoring.nbgrader_tests import Around, TestCell, test_file, what_changes

_SOLUTION = re.compile(
    r"^(?P<indent>[ \t]*)### BEGIN SOLUTION[^\n]*\n(?P<body>.*?)^[ \t]*### END SOLUTION[^\n]*$",
    re.DOTALL | re.MULTILINE,
)
_MARK_SCHEME = re.compile(
    r"^=== BEGIN MARK SCHEME ===[^\n]*\n(?P<body>.*?)^=== END MARK SCHEME ===[^\n]*\n?",
    re.DOTALL | re.MULTILINE,
)
_NOT_YET = "# YOUR CODE HERE\nraise NotImplementedError()"
_TO_DO = re.compile(r"^[ \t]*# YOUR CODE HERE\s*$|^YOUR ANSWER HERE\s*$", re.MULTILINE)


def is_nbgrader(notebook: Any) -> bool:
    """Whether a notebook has cells of nbgrader."""
    return any("nbgrader" in cell.metadata for cell in notebook.cells)


def read(notebook: Any, file_name: str) -> Draft:
    """The lab that a source notebook of nbgrader describes."""
    draft = Draft(title_of(notebook.cells, file_name.removesuffix(".ipynb")), file_name)
    around = _around(notebook.cells)
    draft.packages = packages(around.imports.values())
    draft.cells.append(make.code(make.SETUP))
    for number, cell in enumerate(notebook.cells, 1):
        about = cell.metadata.get("nbgrader", {})
        if about.get("task") or (about.get("grade") and about.get("solution")):
            _manual(cell, about, draft, number)
        elif _is_test(cell):
            _question(cell, about, draft, around, f"cell {number}")
            around = around.behind(cell.source)
        elif about.get("solution") and cell.cell_type == "code":
            draft.cells.append(_solution(cell.source))
        else:
            draft.cells.append(make.carried(cell, number, draft.files))
    if missing := [*map(_grade_id, filter(_is_left_open, notebook.cells))]:
        draft.notes.append(
            f"{', '.join(missing)}: no solution, only what students get: import the source notebook, or "
            "write the solution into master.py"
        )
    return draft


def _is_test(cell: Any) -> bool:
    about = cell.metadata.get("nbgrader", {})
    return bool(about.get("grade") and not about.get("solution") and not about.get("task"))


def _around(cells: list[Any]) -> Around:
    code = [cell for cell in cells if cell.cell_type == "code"]
    others = [cell for cell in code if not _is_test(cell)]
    locked = [cell for cell in others if cell.metadata.get("nbgrader", {}).get("locked")]
    return Around(
        imports=imported(cell.source for cell in code),
        code=tuple(cell.source for cell in others),
        locked=tuple(cell.source for cell in locked),
    )


def _grade_id(cell: Any) -> str:
    return str(cell.metadata["nbgrader"].get("grade_id", "question"))


def _is_left_open(cell: Any) -> bool:
    """Whether a cell for a solution has what nbgrader's release puts there instead."""
    has_solution = cell.metadata.get("nbgrader", {}).get("solution") and not _SOLUTION.search(cell.source)
    return bool(has_solution and _TO_DO.search(cell.source))


def _name(about: dict[str, Any], draft: Draft) -> str:
    return identifier(str(about.get("grade_id", "question")), draft.names())


def _manual(cell: Any, about: dict[str, Any], draft: Draft, number: int) -> None:
    name, points = _name(about, draft), float(about.get("points") or 0)
    if points <= 0:
        draft.notes.append(f"{about.get('grade_id')}: a person scores it for 0 points; it is text now")
        as_text = cell.cell_type == "markdown"
        draft.cells.append(make.carried(cell, number, draft.files) if as_text else _solution(cell.source))
        return
    draft.manual.append(DraftManual(name, str(about.get("grade_id", name)), points))
    if cell.cell_type == "code":
        made = _solution(cell.source)
        made.metadata["autograder"] = {"manual": name}
    elif about.get("task"):  # the exercise itself, with what earns the points in it
        exercise, scheme = _without(_MARK_SCHEME, cell.source)
        exercise = make.with_pictures(exercise, cell, number, draft.files)
        made = make.answer(name, exercise, make.ANSWER_HERE, scheme)
    elif _SOLUTION.search(cell.source):
        exercise, solution = _without(_SOLUTION, cell.source)
        exercise = make.with_pictures(exercise, cell, number, draft.files)
        made = make.answer(name, exercise, make.ANSWER_HERE, solution)
    else:  # the whole cell is the answer
        made = make.answer(name, "", make.ANSWER_HERE, cell.source)
    draft.cells.append(made)


def _without(block: re.Pattern[str], source: str) -> tuple[str, str]:
    """A text without such blocks, and what stands in them."""
    inside = "\n".join(found["body"].strip("\n") for found in block.finditer(source))
    return block.sub("", source).strip(), inside


def _solution(source: str) -> Any:
    """A code cell with otter's markers in the place of nbgrader's; without these all of it is solution."""
    if not _SOLUTION.search(source):
        return make.code_answer(_NOT_YET, source)

    def marked(found: re.Match[str]) -> str:
        indent = found["indent"]
        prompt = textwrap.indent(_NOT_YET, indent)
        return (
            f'{indent}""" # BEGIN PROMPT\n{prompt}\n{indent}"""  # END PROMPT\n'
            f"{indent}# BEGIN SOLUTION NO PROMPT\n{found['body']}{indent}# END SOLUTION"
        )

    return make.code(_SOLUTION.sub(marked, source))


def _question(cell: Any, about: dict[str, Any], draft: Draft, around: Around, place: str) -> None:
    test = TestCell(_name(about, draft), cell.source, float(about.get("points") or 0))
    place = f"{place} ({test.name})"
    try:
        has_code = bool(ast.parse(test.whole).body)
    except SyntaxError as reason:
        draft.notes.append(f"{place}: its tests are no Python ({reason.msg}): write {test.name}.py by hand")
        return
    if test.points <= 0:
        draft.notes.append(f"{place}: tests for 0 points are left out")
        return
    if not has_code:
        draft.notes.append(
            f"{place}: its tests for {test.points:g} points have no code (what AUTOTEST stands for is "
            f"written by nbgrader): the question is left out; write {test.name}.py by hand"
        )
        return
    draft.notes += [f"{place}: {said}" for said in what_changes(test, around)]
    draft.questions.append(DraftQuestion(test.name, _grade_id(cell), test.points, test_file(test, around)))
    draft.cells.append(make.check(test.name))
