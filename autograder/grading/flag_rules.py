"""What in a notebook's source is worth a flag: a rule for each kind, each for one node of the syntax."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection

from autograder.grading.source_names import SHELL, Names

LONGEST_QUOTE = 80
"""Characters of the student's own text in a flag."""

AUTOGRAD_CALLS = frozenset(
    """backward grad_and_value hessian hvp jacfwd jacobian jacrev jvp linearize make_dual run_backward vhp
    vjp""".split()
)
AUTOGRAD_MODULES = ("torch.autograd.", "torch.func.", "functorch.")
"""Where these functions and ``grad`` are imported from by their own name."""

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
    get_ipython.kernel get_ipython.ev get_ipython.ex get_ipython.magic pickle.loads
    pickle.Unpickler torch._C""".split()
)
INNER_ATTRIBUTES = frozenset(
    """__subclasses__ __globals__ __code__ __closure__ f_back f_globals f_locals tb_frame gi_frame
    cr_frame _VF _make_dual _set_fwd_grad_enabled _execution_engine _engine_run_backward
    saved_tensors_hooks save_on_cpu grad_fn next_functions __getattribute__ __torch_function__
    __torch_dispatch__ ast_transformers input_transformer_manager input_transformers_cleanup
    input_transformers_post""".split()
)
"""Inner parts of Python, IPython and PyTorch that an ordinary solution does not touch."""

RUNS_TEXT = frozenset({"exec", "eval", "compile", "__import__"})
TAKES_NAMES = frozenset({"getattr", "vars"})
RUNS_CELLS = frozenset(
    "run_ast_nodes run_cell run_cell_async run_cell_magic run_code run_line_magic safe_execfile".split()
)
"""Methods of IPython's shell; those that come from a magic itself are read."""

SUSPICIOUS_MAGICS = frozenset("edit load loadpy macro recall rep rerun run store".split())
"""Magics that run or take up what does not stand in the cell."""

LISTS_FOLDERS = frozenset("os.listdir os.walk os.scandir glob.glob glob.iglob os.stat os.readlink".split())
READS_FILES = frozenset(
    """open io.open codecs.open linecache.getline pickle.load torch.load numpy.load numpy.loadtxt
    numpy.genfromtxt numpy.fromfile pandas.read_csv pandas.read_table pandas.read_pickle
    pandas.read_json""".split()
)
READING_METHODS = frozenset({"read_text", "read_bytes", "iterdir", "glob", "rglob"})


def _autograd(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    """Whatever is called, or kept to be called later, under the name of one of these methods."""
    if not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)):
        return ""
    if node.attr in AUTOGRAD_CALLS:
        own = f", or calls the notebook's own .{node.attr}()" if node.attr in names.methods else ""
        return _uses_autograd(f".{node.attr}()", function) + own
    if node.attr != "grad":  # as an attribute of a tensor it is what others computed
        return ""
    owner = node.value
    owner_name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    if owner_name in ("autograd", "func"):
        return _uses_autograd(f"{owner_name}.grad()", function)
    dotted = names.dotted(node)
    known = dotted.startswith(AUTOGRAD_MODULES)
    return _uses_autograd(f"{dotted[:LONGEST_QUOTE]}()" if known else "", function)


def _uses_autograd(name: str, function: str) -> str:
    return f"uses autograd: {name} in {function[:LONGEST_QUOTE]}" if name else ""


def _imported_autograd(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    """A name that was imported, ``from torch.autograd import grad``: called, or handed on to be called."""
    if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
        return ""
    called = names.dotted(node)
    known = called.startswith(AUTOGRAD_MODULES) and called.rpartition(".")[2] in AUTOGRAD_CALLS | {"grad"}
    return _uses_autograd(f"{called[:LONGEST_QUOTE]}()", function) if known else ""


def _text_as_code(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Name) and node.func.id in RUNS_TEXT:
        return f"runs text as code: {node.func.id}()"
    if not (isinstance(node.func, ast.Attribute) and node.func.attr in RUNS_CELLS):
        return ""
    texts = [names.text(argument) if isinstance(argument, ast.Constant) else None for argument in node.args]
    from_a_magic = node.func.attr in ("run_line_magic", "run_cell_magic") and _is_shell(node.func.value)
    if not from_a_magic or not texts or None in texts or node.keywords:
        return f"runs text as code: .{node.func.attr}()"
    return f"unusual: %{texts[0]}" if texts[0] in SUSPICIOUS_MAGICS else ""


def _is_shell(node: ast.expr) -> bool:
    """Whether it is ``get_ipython()`` in these words: then what its magics run was read as code."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == SHELL


def _handed_on(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    """What runs text or gives parts by their names, not called here: to be called as something else."""
    for child in ast.iter_child_nodes(node):
        if (
            isinstance(child, ast.Name)
            and isinstance(child.ctx, ast.Load)
            and child.id in TAKES_NAMES | RUNS_TEXT
            and not (isinstance(node, ast.Call) and node.func is child)
        ):
            return f"unusual: {child.id} by another name"
    return ""


def _names_as_text(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    """``getattr`` with the name of an inner part, or with one that is computed for a module."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr"):
        return ""
    if len(node.args) < 2:
        return ""
    name = names.text(node.args[1])
    if name is not None:
        return f"unusual: .{name}" if name in INNER_ATTRIBUTES | AUTOGRAD_CALLS else ""
    owner = names.dotted(node.args[0])
    return f"unusual: a computed name of {owner[:LONGEST_QUOTE]}" if _is_of_a_module(owner, names) else ""


def _names_elsewhere(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    """The same without ``getattr``: in a pattern of ``match``, by ``operator``, in what ``vars`` gives."""
    if isinstance(node, ast.MatchClass):
        found = [name for name in node.kwd_attrs if name in INNER_ATTRIBUTES | AUTOGRAD_CALLS]
        return f"unusual: .{found[0]}" if found else ""
    if not isinstance(node, ast.Call) or not node.args:
        return ""
    called = names.dotted(node.func)
    if called == "vars":
        owner = names.dotted(node.args[0])
        return f"unusual: vars({owner[:LONGEST_QUOTE]})" if _is_of_a_module(owner, names) else ""
    if called not in ("operator.attrgetter", "operator.methodcaller"):
        return ""
    texts = [names.text(argument) for argument in node.args]
    parts = {part for text in texts if text is not None for part in text.split(".")}
    found = sorted(parts & (INNER_ATTRIBUTES | AUTOGRAD_CALLS))
    if found:
        return f"unusual: .{found[0]}"
    return f"unusual: a computed name for {called}" if None in texts[:1] else ""


def _is_of_a_module(dotted: str, names: Names) -> bool:
    return dotted.partition(".")[0] in names.modules


def _imports(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    modules: list[str] = []
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        modules = [node.module or ""]
        modules += [name for alias in node.names if _is_inner(name := f"{node.module}.{alias.name}")]
    suspicious = [name for name in modules if name.partition(".")[0] in SUSPICIOUS_MODULES or _is_inner(name)]
    return f"unusual import: {', '.join(suspicious)[:LONGEST_QUOTE]}" if suspicious else ""


def _is_inner(name: str) -> bool:
    """Whether an import gives a part that an ordinary solution does not touch, or all of those at once."""
    everything = name.endswith(".*") and name.removesuffix("*") in AUTOGRAD_MODULES
    last = name.rpartition(".")[2]
    return everything or last in INNER_ATTRIBUTES or name in SUSPICIOUS_NAMES or _is_of_torch_in_c(name)


def _is_of_torch_in_c(name: str) -> bool:
    return name.startswith("torch._C.")


def _inner_parts(node: ast.AST, function: str, names: Names, allowed: Collection[str]) -> str:
    if isinstance(node, ast.Attribute):
        dotted = names.dotted(node)
        if dotted in SUSPICIOUS_NAMES or dotted in ("os.environ.get", "os.environ.items", "os.environ.copy"):
            return f"unusual: {dotted}"
        if node.attr in INNER_ATTRIBUTES:
            return f"unusual: .{node.attr}"
        if node.attr == "__dict__" and _is_of_a_module(dotted, names):
            return f"unusual: {dotted[:LONGEST_QUOTE]}"
    if isinstance(node, ast.Name) and node.id == "__builtins__":
        return "unusual: __builtins__"
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return (
            "unusual: os.environ" if names.dotted(node.value) == "os.environ" else ""
        )  # setting one is usual
    if isinstance(node, ast.FunctionDef) and node.name in INNER_ATTRIBUTES:
        return f"unusual: defines {node.name}"
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
        return f"changes {owner[:LONGEST_QUOTE]}" if _is_of_a_module(owner, names) else ""
    for target in targets:
        if isinstance(target, ast.Attribute):
            dotted = names.dotted(target)
            if _is_of_a_module(dotted, names) and not _is_a_setting(dotted):
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
RULES: tuple[Rule, ...] = (
    _autograd, _imported_autograd, _imports, _inner_parts, _text_as_code, _handed_on, _names_as_text,
    _names_elsewhere, _patches, _files,
)  # fmt: skip
