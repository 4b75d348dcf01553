"""A source notebook of nbgrader: metadata says what is a solution, a test, or scored by a person."""

from __future__ import annotations

import ast
import re
import textwrap
from typing import Any

from autograder.authoring import cells as make
from autograder.authoring.draft import Draft, DraftManual, DraftQuestion, identifier, title_of
from autograder.authoring.names import Uses, imported, packages, rebound, uses, works_in_place

_SOLUTION = re.compile(
    r"^(?P<indent>[ \t]*)### BEGIN SOLUTION[^\n]*\n(?P<body>.*?)^[ \t]*### END SOLUTION[^\n]*$",
    re.DOTALL | re.MULTILINE,
)
_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS[^\n]*\n.*?^[ \t]*### END HIDDEN TESTS[^\n]*\n?", re.DOTALL | re.MULTILINE
)
_MARKER = re.compile(r"^[ \t]*### (BEGIN|END) (HIDDEN TESTS|SOLUTION)[^\n]*\n?", re.MULTILINE)
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
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    draft.packages = packages(imported(code).values())
    draft.cells.append(make.code(make.SETUP))
    for number, cell in enumerate(notebook.cells, 1):
        about = cell.metadata.get("nbgrader", {})
        place = f"cell {number}"
        if about.get("task") or (about.get("grade") and about.get("solution")):
            _manual(cell, about, draft)
        elif about.get("grade"):
            _question(cell, about, draft, code, place)
        elif about.get("solution") and cell.cell_type == "code":
            draft.cells.append(_solution(cell.source))
        elif cell.cell_type == "code":
            draft.cells.append(make.code(cell.source))
        elif cell.cell_type == "markdown":
            draft.cells.append(make.text(cell.source))
    if missing := [*map(_grade_id, filter(_is_left_open, notebook.cells))]:
        draft.notes.append(
            f"{', '.join(missing)}: no solution, only what students get: import the source notebook, or "
            "write the solution into master.py"
        )
    return draft


def _grade_id(cell: Any) -> str:
    return str(cell.metadata["nbgrader"].get("grade_id", "question"))


def _is_left_open(cell: Any) -> bool:
    """Whether a cell for a solution has what nbgrader's release puts there instead."""
    has_solution = cell.metadata.get("nbgrader", {}).get("solution") and not _SOLUTION.search(cell.source)
    return bool(has_solution and _TO_DO.search(cell.source))


def _name(about: dict[str, Any], draft: Draft) -> str:
    return identifier(str(about.get("grade_id", "question")), draft.names())


def _manual(cell: Any, about: dict[str, Any], draft: Draft) -> None:
    name, points = _name(about, draft), float(about.get("points") or 0)
    if points <= 0:
        draft.notes.append(f"{about.get('grade_id')}: a person scores it for 0 points; it is text now")
        draft.cells.append(make.text(cell.source) if cell.cell_type == "markdown" else _solution(cell.source))
        return
    draft.manual.append(DraftManual(name, str(about.get("grade_id", name)), points))
    if cell.cell_type == "code":
        made = _solution(cell.source)
        made.metadata["autograder"] = {"manual": name}
    elif about.get("task"):  # the exercise itself, with what earns the points in it
        exercise, scheme = _without(_MARK_SCHEME, cell.source)
        made = make.answer(name, exercise, make.ANSWER_HERE, scheme)
    elif _SOLUTION.search(cell.source):
        exercise, solution = _without(_SOLUTION, cell.source)
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


def _question(cell: Any, about: dict[str, Any], draft: Draft, code: list[str], place: str) -> None:
    name, points = _name(about, draft), float(about.get("points") or 0)
    whole = _MARKER.sub("", cell.source).strip()
    try:
        ast.parse(whole)
    except SyntaxError as reason:
        draft.notes.append(
            f"{place} ({name}): its tests are no Python ({reason.msg}): write {name}.py by hand"
        )
        return
    if points <= 0:
        draft.notes.append(f"{place} ({name}): tests for 0 points are left out")
        return
    if not _has_code(whole):
        draft.notes.append(
            f"{place} ({name}): its tests for {points:g} points have no code (what AUTOTEST stands for is "
            f"written by nbgrader): the question is left out; write {name}.py by hand"
        )
        return
    if changed := rebound(whole, code):
        draft.notes.append(
            f"{place} ({name}): its tests delete or replace {', '.join(changed)} of the notebook; here that "
            f"changes nothing for students' functions: see {name}.py, and `replaced` in docs/authoring.md"
        )
    if called := works_in_place(whole):
        draft.notes.append(make.in_place(f"{place} ({name})", called))
    draft.questions.append(
        DraftQuestion(name, _grade_id(cell), points, _test_file(name, cell.source, points, imported(code)))
    )
    draft.cells.append(make.check(name))


def _test_file(name: str, source: str, points: float, imports: dict[str, str]) -> str:
    """Two cases: what students see, for no points, and all of it, for all points as in nbgrader."""
    whole = _MARKER.sub("", source).strip()
    shown = _MARKER.sub("", _HIDDEN.sub("", source)).strip()
    needed = uses(whole, imports)
    parts = [
        *needed.imports,
        *([""] if needed.imports else []),
        "from otter.test_files import test_case",
        "",
        "OK_FORMAT = False",
        f'name = "{name}"',
        "points = None",
        "",
        "",
        '@test_case(name="what you can check yourself", points=0, hidden=False)',
        _function("public", shown, uses(shown, imports), needed),
        "",
        "",
        f'@test_case(name="all of it", points={points:g}, hidden=True)',
        _function("everything", whole, needed, needed),
        "",
    ]
    return "\n".join(parts)


def _function(name: str, body: str, own: Uses, every: Uses) -> str:
    """A test case; what it uses of the student's are its parameters, ``None`` where it is not defined."""
    asked = own.students or every.students
    checks = [f'    assert {one} is not None, "{one} is not defined"' for one in asked]
    statements = [textwrap.indent(body, "    ")] if _has_code(body) else [] if checks else ["    pass"]
    return "\n".join([f"def {name}({', '.join(asked)}):", *checks, *statements])


def _has_code(body: str) -> bool:
    return bool(ast.parse(body).body)
