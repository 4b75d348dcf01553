"""Code cells as IPython reads them: magics, shell lines and questions for help are Python, then syntax.

Every reader of a student's source comes here, so that none is switched off by a line that another one
understands. Nothing is run. What cannot be read, or not in time, says so: it may be hidden for a reason.
"""

from __future__ import annotations

import ast
import re
import time
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

LONGEST_CELL, MOST_SOURCE = 50_000, 300_000
"""Characters of one cell and of all together that are read: a syntax tree takes hundreds of times their
memory, and Python reads some texts in quadratic time. A solution of the lab has 20,000."""

READING_SECONDS = 2.0
"""Processor time for the cells of a notebook; those of a solution take a twentieth of a second."""

SUBMISSION_SECONDS = 5.0
"""Processor time for all that reads the source of one submission, each reader within its own: what a solution
takes twenty times."""

MOST_MARKS = 30
"""Combining marks behind each other: sorting them takes Python quadratic time, whose end nobody sees."""

DEEPEST = 5
"""Cells in cells: ``%%time`` above ``%%capture``, code behind ``%time``."""

LONGEST_PROBLEM = 100
"""Characters of what Python says of a text that it cannot read; it may quote the text."""

RUNS_CODE = frozenset({"capture", "debug", "prun", "time", "timeit"})
"""Magics that run what stands behind or below them."""

OTHER_LANGUAGES = frozenset(
    """! HTML SVG bash cmd file html javascript js latex markdown perl pypy python python2 python3 ruby script
    sh svg sx system writefile""".split()
)
"""Magics of a cell whose rest need not be Python, or not run here."""

WITHOUT_SIGN = frozenset(
    """cat cd clear conda config cp env history load_ext ls lsmagic mamba matplotlib mkdir more mv pip pwd
    reset rm rmdir time timeit uv who whos""".split()
)
"""Magics that IPython knows without ``%`` where a cell has one line."""

_SPECIAL = re.compile(
    r"""
    [\x0b\x0c\x1c-\x1e\x85\u2028\u2029]  # where IPython, not Python, sees the end of a line
    | \A\s                             # the beginning of the cell
    | ^[ \t]*(?: [%!?,;/] | >>> | \.{3,}: | In[ ]\[ | \[(?:nav|ins)\] )  # or of a line
    | =[ \t]*[%!]                      # an assignment
    | \?[ \t]*$                        # help
    | get_ipython                      # written out
    """,
    re.MULTILINE | re.VERBOSE,
)
_OPTION = re.compile(r"(?:-[sTDl][ \t]++[^ \t]++|-[\w-]++(?:[ \t]++\d++)?)(?:[ \t]++|\Z)")


@dataclass(frozen=True)
class Code:
    """A code cell.

    Attributes:
        python: what Python gets of it, as far as it was found out; behind ``%%time`` and its kin the rest of
            the cell. Its lines are those of tracebacks. Empty where nobody began to read it.
        tree: the syntax of that; ``None`` where it cannot be read.
        behind_magics: syntax of what ``%time`` and its kin run.
        magics: the names of its magics, and ``getoutput`` where it keeps what a shell line prints.
        problem: why something of it could not be read; empty where everything was.
        is_special: whether something stood there that is not Python.
    """

    python: str
    tree: ast.Module | None = None
    behind_magics: tuple[ast.Module, ...] = ()
    magics: frozenset[str] = frozenset()
    problem: str = ""
    is_special: bool = False

    @property
    def trees(self) -> tuple[ast.Module, ...]:
        """All syntax of the cell."""
        return (*((self.tree,) if self.tree else ()), *self.behind_magics)


class ReadingTime:
    """Processor time that all readers of one submission share; it passes inside of ``with`` blocks alone.

    Args:
        seconds: of the processor time of this thread.
    """

    def __init__(self, seconds: float = SUBMISSION_SECONDS) -> None:
        self._left, self._until = seconds, 0.0

    def __enter__(self) -> None:
        self._until = time.thread_time() + self._left

    def __exit__(self, *_: object) -> None:
        self._left = self._until - time.thread_time()

    def until(self, seconds: float) -> float:
        """When a reader has to end that begins now and may take so many seconds by itself."""
        return min(self._until, time.thread_time() + seconds)


class CodeReader:
    """Reads the cells of one notebook until its time or its characters are used up.

    Args:
        seconds: of the processor time of this thread.
        shared: what it shares with other readers of the same submission, which is passing now.
    """

    def __init__(
        self,
        seconds: float = READING_SECONDS,
        most_source: int = MOST_SOURCE,
        shared: ReadingTime | None = None,
    ) -> None:
        self._until = shared.until(seconds) if shared else time.thread_time() + seconds
        self._left = most_source

    def read(self, source: str) -> Code:
        """A cell's code."""
        if len(source) > min(LONGEST_CELL, self._left):
            return Code("", problem="too long to be read")
        self._left -= len(source)
        try:
            return self._read(source, 0)
        except _TimeOver:
            return Code("", problem="took too long to be read")

    def is_out_of_time(self) -> bool:
        """Whether nothing more is read."""
        return time.thread_time() > self._until

    def _check_time(self) -> None:
        if self.is_out_of_time():
            raise _TimeOver

    def _read(self, source: str, depth: int) -> Code:
        self._check_time()
        if depth > DEEPEST:
            return Code(source, problem="cells nested too deeply")
        if stacks_marks(source):
            return Code(source, problem="too many combining marks")
        code = self._transformed(source) if _SPECIAL.search(source) else _plain(source)
        if code.tree is None and (named := _magic_without_sign(source)):
            code = replace(_plain(named), is_special=True)
        if code.tree is None or not code.is_special:
            return code
        if cell := _cell_magic(code.tree):
            return self._behind_cell_magic(*cell, code, depth)
        return self._behind_line_magics(code, depth)

    def _transformed(self, source: str) -> Code:
        from autograder.notebook.magics import NoSyntax, as_python  # heavy, and most cells have no magic

        try:
            with warnings.catch_warnings(action="ignore"):
                python = as_python(source, self._check_time)
        except NoSyntax as reason:
            return Code(source, problem=str(reason)[:LONGEST_PROBLEM], is_special=True)
        return replace(_plain(python), is_special=True)

    def _behind_cell_magic(self, name: str, line: str, body: str, whole: Code, depth: int) -> Code:
        """The rest of a cell below ``%%name``; the magic becomes one of a line: lines keep their numbers."""
        if name in OTHER_LANGUAGES:  # Python for a file, perhaps
            self._check_time()
            inner = _plain(body)
            return replace(whole, behind_magics=inner.trees, magics=frozenset({name}))
        magic = f"get_ipython().run_line_magic({name!r}, {line!r})\n"
        first = self._behind_line_magics(replace(_plain(magic), is_special=True), depth)
        rest = self._read(body, depth + 1)
        python = magic + rest.python
        return Code(
            python,
            None if rest.tree is None else _plain(python).tree,
            first.behind_magics + rest.behind_magics,
            first.magics | rest.magics,
            first.problem or rest.problem,
            is_special=True,
        )

    def _behind_line_magics(self, code: Code, depth: int) -> Code:
        """The same code, with what its magics run."""
        assert code.tree is not None
        magics: set[str] = set()
        behind: list[ast.Module] = []
        problem = ""
        for name, line in _line_magics(code.tree):
            magics.add(name)
            if name in RUNS_CODE and (runs := _without_options(line)):
                inner = self._read(runs, depth + 1)
                behind += inner.trees
                magics |= inner.magics
                problem = problem or (f"behind %{name}: {inner.problem}" if inner.problem else "")
        return replace(code, behind_magics=tuple(behind), magics=frozenset(magics), problem=problem)


class _TimeOver(Exception):
    """The time for reading is used up."""


def parsed(source: str) -> ast.Module | None:
    """The syntax of one cell by itself; ``None`` where it cannot be read."""
    return CodeReader().read(source).tree


def code_lines(source: str, code: Code) -> list[str]:
    """The lines of a cell as tracebacks count them: its own words where IPython has kept their number."""
    if not code.python:
        return []
    python = code.python.rstrip("\n").split("\n")
    lines = source.split("\n")
    while lines and (not lines[0] or lines[0].isspace()):  # which IPython takes away
        del lines[0]
    own = "\n".join(lines).rstrip("\n").split("\n")
    return own if len(own) == len(python) else python


def _plain(python: str) -> Code:
    """Text that is Python alone."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of the student's source: not for our terminal
            return Code(python, ast.parse(python))
    except SyntaxError as reason:
        place = f" (line {reason.lineno})" if reason.lineno else ""
        return Code(python, problem=f"{reason.msg[:LONGEST_PROBLEM]}{place}")
    except ValueError as reason:
        return Code(python, problem=str(reason)[:LONGEST_PROBLEM])
    except (RecursionError, MemoryError):
        return Code(python, problem="nested too deeply")


def stacks_marks(source: str) -> bool:
    """Whether more than :data:`MOST_MARKS` combining marks stand on one letter."""
    if source.isascii():
        return False
    marks = set(filter(_is_mark, set(source)))
    runs = groupby(source, key=marks.__contains__)
    return any(is_mark and sum(1 for _ in run) > MOST_MARKS for is_mark, run in runs)


def _is_mark(letter: str) -> bool:
    """Whether Python, which takes letters apart, sees a combining mark, or several."""
    return unicodedata.combining(unicodedata.normalize("NFKD", letter)[0]) > 0


def _magic_without_sign(source: str) -> str:
    """A cell of one line as a magic; empty where it is none."""
    name, _, line = source.strip().replace("\t", " ").partition(" ")
    if name not in WITHOUT_SIGN or "\n" in line:
        return ""
    return f"get_ipython().run_line_magic({name!r}, {line.strip()!r})\n"


def _cell_magic(tree: ast.Module) -> tuple[str, str, str] | None:
    """Name, line and rest of a cell that is nothing but ``%%name``."""
    match tree.body:
        case [ast.Expr(ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython")), "run_cell_magic"), [
            ast.Constant(str(name)), ast.Constant(str(line)), ast.Constant(str(body)),
        ]))]:  # fmt: skip
            return name, line, body
    return None


def _line_magics(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Name and code of each magic, and of each call of a shell whose output is kept."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython")), "run_cell_magic"), [
                ast.Constant(str(name)), ast.Constant(), ast.Constant(str(body)),
            ]):  # fmt: skip
                yield name, body
            case ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython")), "getoutput")):
                yield "getoutput", ""
            case ast.Call(ast.Attribute(ast.Call(ast.Name("get_ipython")), "run_line_magic"), [
                ast.Constant(str(name)), ast.Constant(str(line)),
            ]):  # fmt: skip
                yield name, line


def _without_options(line: str) -> str:
    """What a magic runs: its line without options like ``-n 10``."""
    line = line.strip()
    while found := _OPTION.match(line):
        line = line[found.end() :]
    return line
