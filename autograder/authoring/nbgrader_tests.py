"""A test cell of nbgrader as a test file of otter: what students see, and all of it, for the points."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from autograder.authoring import cells as make
from autograder.authoring.in_place import asked_afterwards, with_checks, works_in_place
from autograder.authoring.names import Uses, binding, bound, rebound, uses

_HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS[^\n]*\n.*?^[ \t]*### END HIDDEN TESTS[^\n]*\n?", re.DOTALL | re.MULTILINE
)
_MARKER = re.compile(r"^[ \t]*### (BEGIN|END) (HIDDEN TESTS|SOLUTION)[^\n]*\n?", re.MULTILINE)

_GIVE_NUMBERS = frozenset({"float", "int", "len", "max", "min", "round", "sum"})

MOST_STEPS = 20
"""Points of a test that gives some of them: each is a case of its own, which asks all of it again."""


@dataclass(frozen=True)
class TestCell:
    """A cell with tests.

    Attributes:
        source: as it stands in the notebook.
    """

    name: str
    source: str
    points: float

    @property
    def whole(self) -> str:
        """Its code."""
        return _MARKER.sub("", self.source).strip()

    @property
    def shown(self) -> str:
        """Its code that students get."""
        return _MARKER.sub("", _HIDDEN.sub("", self.source)).strip()

    @property
    def steps(self) -> int:
        """Its points, where its last line says how many of them are earned; else 0."""
        fitting = self.points == int(self.points) and self.points <= MOST_STEPS
        return int(self.points) if fitting and gives_points(self.whole) else 0


@dataclass(frozen=True)
class Around:
    """What a test finds in its notebook.

    Attributes:
        imports: what the notebook imports, by name.
        code: of the cells without tests.
        locked: of those among them that students cannot change under nbgrader.
        earlier: of the cells with tests that come before.
    """

    imports: Mapping[str, str]
    code: tuple[str, ...]
    locked: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()

    def behind(self, test: str) -> Around:
        """What the tests behind a cell find."""
        return replace(self, earlier=(*self.earlier, test))

    def uses(self, code: str) -> Uses:
        """What a test's code needs from elsewhere."""
        return uses(code, with_checks(code, self.imports))

    def with_earlier(self, code: str, *, hidden: bool) -> str:
        """A test's code behind what it needs of earlier ones: under nbgrader they run in one notebook."""
        cells = [TestCell("", source, 0) for source in self.earlier]
        names = set(self.uses(code).students) - bound(self.code)
        needed = binding(names, [one.whole if hidden else one.shown for one in cells])
        return "\n".join([*needed, code])


def gives_points(code: str) -> bool:
    """Whether the last line of a test may be a number, which is how nbgrader gives a part of the points."""
    statements = ast.parse(code).body
    last = statements[-1] if statements else None
    if not isinstance(last, ast.Expr):
        return False
    if not isinstance(last.value, ast.Call):
        return isinstance(last.value, ast.Name | ast.BinOp | ast.Subscript | ast.Attribute | ast.IfExp)
    own = {node.name for node in statements if isinstance(node, ast.FunctionDef) and _returns(node)}
    return isinstance(last.value.func, ast.Name) and last.value.func.id in _GIVE_NUMBERS | own


def _returns(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Return) and node.value for node in ast.walk(function))


def what_changes(test: TestCell, around: Around) -> Iterator[str]:
    """What the author should know of a test that means something else here, a sentence each."""
    if changed := rebound(test.whole, around.code):
        yield (
            f"its tests delete or replace {', '.join(changed)} of the notebook; here that changes nothing "
            f"for students' functions: see {test.name}.py, and `replaced` in docs/authoring.md"
        )
    called = works_in_place(test.whole, around.imports)
    afterwards = asked_afterwards(test.whole, test.whole, around.imports)
    yield from make.in_place(called, works_in_place(afterwards, around.imports))
    if given := sorted(set(around.uses(test.whole).students) & bound(around.locked)):
        yield (
            f"its tests read {', '.join(given)} of a locked cell, which nbgrader puts back; here it is what "
            f"a student hands in: write it into {test.name}.py if marks hang on it"
        )
    if test.steps:
        yield (
            f"its last line gives points: each is a case of its own in {test.name}.py, which asks all of the "
            "tests again"
        )
    elif gives_points(test.whole):
        yield f"its last line gives points, and {test.points:g} cannot be split: here it is all or nothing"


def test_file(test: TestCell, around: Around) -> str:
    """The text of the test file: two cases, or one more for each point that may be earned by itself."""
    whole = around.with_earlier(test.whole, hidden=True)
    whole = asked_afterwards(whole, whole, around.imports)
    shown = around.with_earlier(test.shown, hidden=False)
    needed = around.uses(whole)
    parts = [
        *needed.imports,
        *([""] if needed.imports else []),
        "from otter.test_files import test_case",
        "",
        "OK_FORMAT = False",
        f'name = "{test.name}"',
        "points = None",
        "",
        "",
        '@test_case(name="what you can check yourself", points=0, hidden=False)',
        _function("public", shown, around.uses(shown), needed),
        *_for_points(test, whole, needed),
        "",
    ]
    return "\n".join(parts)


def _for_points(test: TestCell, whole: str, needed: Uses) -> Iterator[str]:
    if not gives_points(test.whole):
        yield f'\n\n@test_case(name="all of it", points={test.points:g}, hidden=True)'
        yield _function("everything", whole, needed, needed)
        return
    every = f"{test.points:g}"
    asked = ", ".join(needed.students)
    *before, last = ast.parse(whole).body
    assert isinstance(last, ast.Expr)  # as `gives_points` says
    body = [*_are_defined(needed.students), *map(ast.unparse, before), f"found = {ast.unparse(last.value)}"]
    yield "\n\n# What the last line gives; all points where that is no number, as under nbgrader."
    yield f"def earned({asked}):"
    yield textwrap.indent("\n".join(body), "    ")
    yield "    is_number = isinstance(found, int | float) and not isinstance(found, bool)"
    yield f"    return found if is_number else {every}"
    for step in range(1, test.steps + 1) if test.steps else [every]:
        points = 1 if test.steps else every
        yield f'\n\n@test_case(name="point {step} of {every}", points={points}, hidden=True)'
        yield f"def point_{step if test.steps else 'all'}({asked}):"
        yield f"    found = earned({asked})"
        yield f'    assert found >= {step}, f"your code earns {{found}} of {every} points"'


def _function(name: str, body: str, own: Uses, every: Uses) -> str:
    """A test case; what it uses of the student's are its parameters, ``None`` where it is not defined."""
    asked = own.students or every.students
    checks = _are_defined(asked)
    has_code = bool(ast.parse(body).body)
    statements = [body] if has_code else [] if checks else ["pass"]
    return "\n".join(
        [
            f"def {name}({', '.join(asked)}):",
            *(textwrap.indent(one, "    ") for one in [*checks, *statements]),
        ]
    )


def _are_defined(names: tuple[str, ...]) -> list[str]:
    return [f'assert {one} is not None, "{one} is not defined"' for one in names]
