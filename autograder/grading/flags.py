"""Remarks for the TA that come from reading the source, or from what failed: never a verdict by themselves.

The source is parsed, never run. A student can write code that hides from this; the checks that
decide marks do not depend on it.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from autograder.grading.source_names import Names, names_in
from autograder.model import QuestionResult

LONGEST_CELL, MOST_SOURCE = 200_000, 2_000_000
"""Characters of one cell and of all together that are parsed: a syntax tree takes hundreds of times
their memory."""

LONGEST_QUOTE = 80
"""Characters of the student's own text in a flag."""

AUTOGRAD_CALLS = frozenset({"backward", "jacrev", "jacfwd", "vjp", "jvp", "make_dual"})

SUSPICIOUS_MODULES = frozenset(
    """_thread asyncio autograder builtins cffi code codeop ctypes faulthandler fcntl gc http inspect
    ipykernel linecache marshal mmap multiprocessing pickletools psutil pty resource runpy select
    signal site socket socketserver subprocess threading tests reference tracemalloc zmq""".split()
)
"""An ordinary solution needs none of these; a helper for plots, tables or progress is not among them."""

SUSPICIOUS_NAMES = frozenset(
    """sys._getframe sys._current_frames sys.modules sys.settrace sys.setprofile sys.meta_path
    importlib.reload importlib.import_module os.getenv os.fork os.kill os.killpg os._exit
    os.abort os.system os.popen os.execv os.execve os.getppid os.dup2 os.open os.read
    get_ipython.kernel""".split()
)
INNER_ATTRIBUTES = frozenset(
    """__subclasses__ __globals__ __code__ __closure__ f_back f_globals f_locals tb_frame gi_frame
    cr_frame _VF _make_dual _set_fwd_grad_enabled _execution_engine _engine_run_backward
    __torch_function__ __torch_dispatch__""".split()
)
"""Inner parts of Python and PyTorch that an ordinary solution does not touch."""

RUNS_TEXT = frozenset({"exec", "eval", "compile", "__import__"})
LISTS_FOLDERS = frozenset("os.listdir os.walk os.scandir glob.glob glob.iglob os.stat os.readlink".split())
READS_FILES = frozenset(
    """open io.open codecs.open linecache.getline pickle.load torch.load numpy.load numpy.loadtxt
    numpy.genfromtxt numpy.fromfile pandas.read_csv pandas.read_table pandas.read_pickle
    pandas.read_json""".split()
)
READING_METHODS = frozenset({"read_text", "read_bytes", "iterdir", "glob", "rglob"})


def static(notebook: Any, known_files: Collection[str] = ()) -> tuple[str, ...]:
    """Flags for the code cells of an nbformat 4 notebook, each at most once, in order of appearance.

    Args:
        known_files: names and addresses that the lab itself hands out; reading them is no remark.
    """
    trees, complete = _parsed(notebook)
    names = names_in(trees)
    allowed = {*known_files, *names.written}
    found: dict[str, None] = {} if complete else {"source too long to be read for flags": None}
    for tree in trees:
        for node, function in _walk(tree):
            for rule in RULES:
                if flag := rule(node, function, names, allowed):
                    found[flag] = None
    return tuple(found)


def alone(results: Sequence[QuestionResult], watched: Collection[str]) -> tuple[str, ...]:
    """A flag for each question of ``watched`` where a check failed though every other question is right."""
    wrong = {result.name for result in results if result.points < result.possible}
    return tuple(
        f"a check of {result.name} failed, every other question is right"
        for result in results
        if result.name in watched and result.failures and wrong <= {result.name}
    )


def _parsed(notebook: Any) -> tuple[list[ast.Module], bool]:
    """The cells that are Python, as syntax trees, and whether all were short enough to be looked at."""
    trees, budget, complete = [], MOST_SOURCE, True
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        budget -= len(cell.source)
        if len(cell.source) > LONGEST_CELL or budget < 0:
            complete = False
            continue
        try:
            with warnings.catch_warnings(action="ignore"):  # of the student's source: not for our terminal
                trees.append(ast.parse("\n".join(_python_lines(cell.source))))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return trees, complete


def _python_lines(source: str) -> list[str]:
    """The cell without magics and shell lines, which are not Python."""
    return ["pass" if line.lstrip().startswith(("%", "!")) and not line[:1].isspace() else line
            for line in source.splitlines()]  # fmt: skip


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every node in order of the source, with the function that it is in (``<cell>`` at top level)."""
    waiting: list[tuple[ast.AST, str]] = [(tree, "<cell>")]  # a stack, not recursion: sources may nest deeply
    while waiting:
        node, function = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        yield node, function
        waiting += [(child, function) for child in reversed([*ast.iter_child_nodes(node)])]


# --- rules: a flag for one node, or nothing --------------------------------------------------------


def _autograd(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return ""
    called, owner = node.func, node.func.value
    name = ""
    if called.attr in AUTOGRAD_CALLS:
        name = f".{called.attr}()"
    elif called.attr == "grad" and isinstance(owner, ast.Name | ast.Attribute):
        owner_name = owner.id if isinstance(owner, ast.Name) else owner.attr
        name = f"{owner_name}.grad()" if owner_name in ("autograd", "func") else ""
    return f"uses autograd: {name} in {function[:LONGEST_QUOTE]}" if name else ""


def _imports(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    modules: list[str] = []
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        modules = [node.module or ""]
    suspicious = [name for name in modules if name.partition(".")[0] in SUSPICIOUS_MODULES]
    return f"unusual import: {', '.join(suspicious)[:LONGEST_QUOTE]}" if suspicious else ""


def _inner_parts(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    if isinstance(node, ast.Attribute):
        dotted = names.dotted(node)
        if dotted in SUSPICIOUS_NAMES or dotted in ("os.environ.get", "os.environ.items", "os.environ.copy"):
            return f"unusual: {dotted}"
        if node.attr in INNER_ATTRIBUTES:
            return f"unusual: .{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return (
            "unusual: os.environ" if names.dotted(node.value) == "os.environ" else ""
        )  # setting one is usual
    if isinstance(node, ast.FunctionDef) and node.name in INNER_ATTRIBUTES:
        return f"unusual: defines {node.name}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RUNS_TEXT:
        return f"runs text as code: {node.func.id}()"
    return ""


def _patches(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    """Assignments to parts of imported modules: ``torch.allclose = …``, ``setattr(torch, …)``."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        targets = node.targets
    elif isinstance(node, ast.Call) and names.dotted(node.func) in ("setattr", "delattr") and node.args:
        owner = names.dotted(node.args[0])
        return f"changes {owner[:LONGEST_QUOTE]}" if owner.partition(".")[0] in names.modules else ""
    for target in targets:
        if isinstance(target, ast.Attribute):
            dotted = names.dotted(target)
            if dotted.partition(".")[0] in names.modules and not _is_a_setting(dotted):
                return f"changes {dotted[:LONGEST_QUOTE]}"
    return ""


def _is_a_setting(dotted: str) -> bool:
    """``torch.backends.cudnn.deterministic`` and its kin: made to be assigned to; on a Mac also ``ssl``'s."""
    return dotted.startswith(
        ("torch.backends.", "matplotlib.", "pandas.options.", "tqdm.", "ssl._create_default_https_context")
    )


def _files(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    if not isinstance(node, ast.Call):
        return ""
    called = names.dotted(node.func)
    if called in LISTS_FOLDERS:
        return f"looks at files: {called}()"
    if called in READS_FILES and node.args:
        what = names.text(node.args[0])
        if what is None:
            return (
                f"reads a file: {called}(…)" if called.endswith("open") and not _writes(node, names) else ""
            )
        if what.startswith(("http://", "https://")) or what in allowed or _writes(node, names):
            return ""
        return f"reads a file: {what[:LONGEST_QUOTE]!r}"
    if isinstance(node.func, ast.Attribute) and node.func.attr in READING_METHODS:
        owner = node.func.value
        if isinstance(owner, ast.Call) and names.dotted(owner.func).endswith("Path") and owner.args:
            what = names.text(owner.args[0])
            return "" if what in allowed else f"reads a file: Path({(what or '…')[:LONGEST_QUOTE]})"
    return ""


def _writes(node: ast.Call, names: Names) -> bool:
    """Whether this call of ``open`` is for writing alone."""
    modes = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "mode")]
    mode = names.text(modes[0]) if modes else None
    return mode is not None and mode[:1] in ("w", "a", "x") and "+" not in mode


Rule = Callable[[ast.AST, str, Names, Collection[str]], str]
RULES: tuple[Rule, ...] = (_autograd, _imports, _inner_parts, _patches, _files)
