"""What of a notebook's run can be saved without any mark being another one.

Two things, both decided by reading the source before anything runs: cells that the students' template marks
as carrying no mark are left out where they are untouched and nothing could tell; and PyTorch need not
prepare for automatic differentiation where no cell asks for it. Where the source leaves a doubt the
notebook runs as it is.
"""

from __future__ import annotations

import ast
import io
import re
import symtable
import sys
import tokenize
import unicodedata
import warnings
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from autograder.grading.effects import Functions
from autograder.model import AS_IT_IS, Shortcuts
from autograder.notebook.code import Code, CodeReader, ReadingTime, stacks_marks

TAG = "leave-out"
"""Tag of cells in the template that carry no mark, draw no random numbers and only show something."""

MOST_SOURCE = 100_000
"""Characters of code that are read for this; a solution of the lab has 20,000."""

MOST_CANDIDATES = 20
"""Copies of marked cells that are looked at; the lab has two, and each may need all functions read."""

AUTOGRAD_WORDS = frozenset(
    """autograd backward checkpoint create_graph enable_grad fake_tensor forward_ad func functional_call
    functorch fx grad_fn hessian inference_mode is_grad_enabled is_inference is_leaf jacfwd jacobian jacrev
    jit jvp linearize make_dual nn optim register_hook requires_grad requires_grad_ retain_grad
    set_grad_enabled vjp vmap _C _base _is_view _version __torch_dispatch__ __torch_function__""".split()
)
"""Names without which a notebook can neither differentiate automatically nor see whether that would work.
``grad`` is not among them: nothing has one before ``backward``."""

DYNAMIC_WORDS = frozenset(
    """__builtins__ __dict__ __getattribute__ __globals__ __import__ __main__ _getframe attrgetter compile
    ctypes delattr dir eval exec gc get_ipython getattr globals importlib inspect locals methodcaller
    modules runpy setattr setprofile settrace vars In Out _i _ii _iii _ih _oh _dh __ ___""".split()
)
"""Names by which code reaches others that it does not spell out."""

SPELT_OUT = frozenset({"getattr", "setattr"})
"""Of these, the ones that are common in honest loops over weights: with a text that says which name."""

PACKAGES = frozenset(sys.stdlib_module_names) | frozenset(
    """IPython PIL google ipywidgets matplotlib matplotlib_inline numpy otter pandas requests scipy seaborn
    sklearn torch tqdm""".split()
)
"""Packages that differentiate nothing by themselves."""

HARMLESS_MAGICS = frozenset("autoreload capture conda config load_ext matplotlib pip time timeit".split())
"""Magics that bind no name of a cell and run at most the code that stands behind them."""

_WORD = re.compile(r"\w+")
_FORMATTED = re.compile(r"[bru]*f[bru]*['\"]", re.IGNORECASE)

AUTOGRAD_ERROR = re.compile(
    r"requires? (a )?grad|require[sd]?_grad|grad_fn|[Aa]utograd|'aten::|[Dd]ispatch|[Ii]nference tensor"
    r"|version counter|forward.mode|functorch"
)
"""What PyTorch says where an operation needs what was switched off."""


def leave_out_sources(template: Any) -> frozenset[str]:
    """The cells of the template that may be left out, as :func:`normalised` source.

    Args:
        template: the nbformat 4 notebook that students get, by nbformat or as the JSON in its file. Never
            a student's: whoever tags a cell promises that it carries no mark.

    Raises:
        LookupError, TypeError, AttributeError: it is no such notebook.
    """
    return frozenset(
        normalised("".join(cell["source"]))  # text, or a list of its lines
        for cell in template["cells"]
        if cell["cell_type"] == "code" and TAG in cell["metadata"].get("tags", [])
    )


def normalised(source: str) -> str:
    """The source without blanks at the end of its lines and empty lines around it."""
    return "\n".join(line.rstrip() for line in source.split("\n")).strip("\n")


def for_notebook(
    notebook: Any, may_be_left_out: Collection[str], shared: ReadingTime | None = None
) -> Shortcuts:
    """The shortcuts that change nothing about this notebook's marks.

    Args:
        notebook: nbformat 4 notebook; only its sources count.
        may_be_left_out: as :func:`leave_out_sources` gives them.
        shared: the time of all who read this notebook.
    """
    sources = {i: cell.source for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    if sum(map(len, sources.values())) > MOST_SOURCE:
        return AS_IT_IS
    if any(map(stacks_marks, sources.values())):
        return AS_IT_IS
    reader, cells = CodeReader(shared=shared), dict[int, _Cell]()
    for index, source in sources.items():
        cells[index] = _Cell(source, reader.read(source))
        if reader.is_out_of_time():
            return AS_IT_IS
    if not all(map(_torch_is_torch, cells.values())):
        for cell in cells.values():
            cell.words |= cell.compiled
    missed = None if _needs_recording(cells.values()) else AUTOGRAD_ERROR
    return Shortcuts(_left_out(cells, may_be_left_out), missed)


class _Cell:
    """A code cell as far as it is understood.

    Attributes:
        source: as it was handed in.
        words: the identifiers that its code spells out; what stands in comments and plain texts is not
            among them.
        all_words: everything that could be one.
        compiled: ``compile``, where no other than that of torch or of regular expressions is among the words;
            it is not among them then.
        tree: its syntax; ``None`` where something of it cannot be read.
        trees: that, and what its magics run.
        magics: the names of its magics.
        bound: names that it gives a value at its top level.
        outer: names that it takes from elsewhere, perhaps long after it has run.
    """

    def __init__(self, source: str, code: Code) -> None:
        self.source = normalised(source)
        text = unicodedata.normalize("NFKC", source)  # as Python reads identifiers
        self.all_words = frozenset(_WORD.findall(text))
        # Behind a magic code may stand in what Python takes for text, and text where it sees no quote.
        self.words = self.all_words if code.is_special else frozenset(_words(text))
        self.magics = code.magics
        self.tree = None if code.problem else code.tree
        self.trees = code.trees
        self.compiled: frozenset[str] = frozenset()
        self.bound: frozenset[str] = frozenset()
        self.outer: frozenset[str] = frozenset()
        try:
            with warnings.catch_warnings(action="ignore"):  # of the student's source: not for our terminal
                table = symtable.symtable(code.python if self.tree else "", "cell", "exec")
            if self.tree and not code.is_special and _compiles_nothing_else(self.tree, text):
                self.compiled = self.words & {"compile"}
                self.words -= self.compiled
            self.bound = frozenset(_bound(table))
            self.outer = frozenset(_outer(table)) | (self.all_words if code.behind_magics else frozenset())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.tree = None


def _words(source: str) -> Iterator[str]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            formatted = token.type == tokenize.STRING and _FORMATTED.match(token.string)
            if token.type == tokenize.NAME or formatted:
                yield from _WORD.findall(token.string)
    except (tokenize.TokenError, SyntaxError):  # not Python alone: everything may be code
        yield from _WORD.findall(source)


_COMPILING = ("torch", "re")
"""Modules whose ``compile`` is not Python's: it runs no text."""


def _compiles_nothing_else(tree: ast.Module, text: str) -> bool:
    """Whether each ``compile`` of a cell is read from one of these modules, whatever they are."""
    found = sum(
        node.attr == "compile" and isinstance(node.ctx, ast.Load) and _is_compiling(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    )
    return found == list(_words(text)).count("compile")


def _is_compiling(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in _COMPILING


def _torch_is_torch(cell: _Cell) -> bool:
    """Whether a cell gives the names of these modules to nothing else."""
    if cell.tree is None:
        return False
    for node in ast.walk(cell.tree):
        match node:
            case ast.Import(names=names):
                bound = [one.asname for one in names if one.asname and one.asname != one.name]
            case ast.ImportFrom(names=names):
                bound = [*_COMPILING] if names[0].name == "*" else [one.asname or one.name for one in names]
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bound = [name]
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound = [name]
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                bound = [name]
            case ast.MatchMapping(rest=str(name)):
                bound = [name]
            case _:
                continue
        if not set(_COMPILING).isdisjoint(bound):
            return False
    return True


# --- recording --------------------------------------------------------------------------------------


def _needs_recording(cells: Collection[_Cell]) -> bool:
    dynamic = any(cell.words & DYNAMIC_WORDS for cell in cells)
    for cell in cells:
        if AUTOGRAD_WORDS & (cell.all_words if dynamic else cell.words):
            return True
        if any(name not in PACKAGES for tree in cell.trees for name in _imported(tree)):
            return True
    return False


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


# --- leaving out ------------------------------------------------------------------------------------


def _left_out(cells: Mapping[int, _Cell], may_be_left_out: Collection[str]) -> dict[int, frozenset[str]]:
    """Candidates from the last to the first: one that is needed by nothing behind it, or by a function."""
    candidates = {i for i, cell in cells.items() if cell.source and cell.source in may_be_left_out}
    if not 0 < len(candidates) <= MOST_CANDIDATES or not all(_is_understood(cell) for cell in cells.values()):
        return {}
    left_out: dict[int, frozenset[str]] = {}
    functions = Functions(tree for cell in cells.values() for tree in cell.trees)
    for index in sorted(candidates, reverse=True):
        rest = {i: cell for i, cell in cells.items() if i != index and i not in left_out}
        names = cells[index].bound
        needed = any(_uses(cell, names, later=i > index) for i, cell in rest.items())
        if not needed and _is_harmless(cells[index], functions):
            left_out[index] = names
    return left_out


def _is_understood(cell: _Cell) -> bool:
    return (
        cell.tree is not None
        and not cell.words & (DYNAMIC_WORDS - SPELT_OUT)
        and cell.magics <= HARMLESS_MAGICS
    )


def _is_harmless(cell: _Cell, functions: Functions) -> bool:
    assert cell.tree is not None
    try:
        return functions.are_harmless_to(cell.tree)
    except RecursionError:  # a formula with thousands of terms
        return False


def _bound(table: symtable.SymbolTable) -> Iterator[str]:
    return (one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported())


def _uses(cell: _Cell, names: frozenset[str], *, later: bool) -> bool:
    """Whether the cell may come to read one of the names after another cell has bound it."""
    return bool(names & (cell.words | cell.outer if later else cell.outer))


def _outer(table: symtable.SymbolTable) -> Iterator[str]:
    """Names that a cell takes from elsewhere, perhaps long after it has run.

    Those that its functions take from outside of them, and those that its top level reads without binding
    them: a question may run the cell again.
    """
    yield from (
        one.get_name() for one in table.get_symbols() if one.is_referenced() and not one.is_assigned()
    )
    waiting = [*table.get_children()]
    while waiting:
        inner = waiting.pop()
        waiting += inner.get_children()
        yield from (one.get_name() for one in inner.get_symbols() if one.is_global())
