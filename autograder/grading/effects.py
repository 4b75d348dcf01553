"""Whether code that calls a notebook's functions leaves everything else as it was.

Decided by reading, and only ever in one direction: what is not plainly harmless counts as harmful. A
function may make new objects and change those; assigning to an attribute, changing an argument or
something that may be another object's, and drawing a random number are effects.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import Enum

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

MOST_NODES = 100_000
"""Parts of functions that are looked at for all cells together, a function in a function twice: for a cell of
the lab's solution 500."""

MOST_TARGETS = 10
"""Names that one statement gives a value to, as in ``a = b = 0``: its value is looked at for each."""

MODULES = frozenset({"torch", "np", "numpy", "math"})
"""Names of modules whose functions return new objects, with the exceptions that follow."""

VIEWS = frozenset(
    """Tensor adjoint as_tensor asanyarray asarray atleast_1d atleast_2d atleast_3d ascontiguousarray
    broadcast_arrays broadcast_tensors broadcast_to chunk conj detach diag diagonal dsplit expand expand_dims
    flatten from_numpy hsplit imag meshgrid movedim moveaxis narrow permute positive ravel real reshape
    resolve_conj resolve_neg rollaxis select split squeeze swapaxes swapdims t tensor_split transpose unbind
    unfold unsqueeze view_as_complex view_as_real vsplit require nan_to_num""".split()
)
"""Functions of these modules whose result may share its memory with an argument."""

COPYING = frozenset(
    """add clone copy div dot exp item matmul mean mm mul mv new_empty new_full new_ones new_zeros pow sqrt
    square sub sum tanh tolist""".split()
)
"""Methods of tensors and arrays whose result is new."""

CONTAINERS = frozenset({"dict", "list", "set", "sorted", "tuple"})
NUMBERS = frozenset({"abs", "bool", "float", "int", "len", "range", "round", "str"})
"""Functions of Python whose result is a new container, and what cannot change."""

CHANGING_METHODS = frozenset(
    """add append appendleft at clear copyto discard extend extendleft fill fill_diagonal insert itemset place
    pop popitem popleft put putmask remove resize reverse setdefault setfield setflags shuffle sort update
    write writelines""".split()
)

CHANGING_FUNCTIONS = frozenset("copyto fill_diagonal place put putmask save savetxt savez".split())
"""Functions of the modules above that change an argument or write a file."""

CHANGING_SPECIAL = frozenset(
    "__delattr__ __delitem__ __iadd__ __imul__ __isub__ __setattr__ __setitem__".split()
)

EFFECTIVE_FUNCTIONS = frozenset(
    """__import__ delattr eval exec globals input locals next open setattr vars get_ipython""".split()
)

CONSTRUCTORS = frozenset({"__init__", "__post_init__"})
"""Methods whose first argument is an object that nobody else has yet."""

RANDOM = frozenset(
    """bernoulli bernoulli_ choice choices default_rng dropout exponential gauss manual_seed multinomial
    normal permutation rand rand_like randint randint_like randn randn_like random randperm rsample sample
    sample_n seed shuffle standard_normal uniform""".split()
)
"""Drawing moves a generator on, and what is drawn later is different."""


class Kind(Enum):
    """What a name of a function stands for."""

    NEW = "made here: changing it changes nothing else"
    CONTAINER = "made here, but its entries may be other objects'"
    UNKNOWN = "perhaps another object's"


class Functions:
    """The functions of a notebook, by the ways in which they come to run.

    They are found by their name, wherever it is mentioned; those that are called without one being mentioned
    (operators, ``with``, what is handed to other functions) count as called.

    Args:
        notebook: the syntax of all cells.
    """

    def __init__(self, notebook: Iterable[ast.Module]) -> None:
        nodes = [node for tree in notebook for node in ast.walk(tree)]
        classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        self._budget = MOST_NODES
        self._by_name: dict[str, list[Function]] = defaultdict(list)
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self._by_name[node.name].append(node)
        handed_on = _handed_on(nodes)
        self._unnamed: list[Function] = [
            *(node for node in nodes if isinstance(node, ast.Lambda)),
            *(method for one in classes for method in _methods(one) if _runs_unnamed(method, one)),
            *(function for name in handed_on for function in self._by_name.get(name, ())),
        ]
        for one in classes:  # to mention a class may be to make an object of it
            self._by_name[one.name] += [made for made in _methods(one) if made.name in CONSTRUCTORS]

    def are_harmless_to(self, source: ast.Module) -> bool:
        """Whether none that ``source`` may come to call has an effect; its own statements do not count."""
        names = _mentioned(ast.walk(source))
        followed = set(names)
        waiting = [*self._unnamed, *self._called(names)]
        while waiting:
            nodes = list(ast.walk(function := waiting.pop()))
            self._budget -= len(nodes)
            if self._budget < 0 or _has_effect(function, nodes):
                return False
            names = _mentioned(nodes) - followed
            followed |= names
            waiting += self._called(names)
        return True

    def _called(self, names: Iterable[str]) -> list[Function]:
        return [function for name in names for function in self._by_name.get(name, ())]


def _methods(one: ast.ClassDef) -> list[ast.FunctionDef]:
    return [node for node in one.body if isinstance(node, ast.FunctionDef)]


def _runs_unnamed(method: ast.FunctionDef, one: ast.ClassDef) -> bool:
    """Operators and their kin; and whatever a class of a library may call."""
    special = method.name.startswith("__") and method.name.endswith("__")
    library = any(not (isinstance(base, ast.Name) and base.id == "object") for base in one.bases)
    return (special or library) and method.name not in CONSTRUCTORS


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _mentioned(nodes: Iterable[ast.AST]) -> set[str]:
    return {name for node in nodes if (name := _name(node))}


def _handed_on(nodes: list[ast.AST]) -> set[str]:
    """Names that stand somewhere else than before a parenthesis."""
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return _mentioned(node for node in nodes if id(node) not in called)


# --- one function -----------------------------------------------------------------------------------


def _has_effect(function: Function, nodes: Sequence[ast.AST]) -> bool:
    if any(isinstance(node, ast.Assign) and len(node.targets) > MOST_TARGETS for node in nodes):
        return True
    kinds = _kinds(function, nodes)
    return any(_is_effect(node, kinds) for node in nodes)


def _kinds(function: Function, nodes: Sequence[ast.AST]) -> dict[str, Kind]:
    """What the local names stand for; a name that is bound in several ways is what is worst."""
    bound: dict[str, list[Kind]] = defaultdict(list)
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _bind(target, node.value, bound)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            _bind(node.target, node.value, bound)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            _bind(node.target, None, bound)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            _bind(node.optional_vars, None, bound)
        elif isinstance(node, ast.arg):
            bound[node.arg].append(Kind.UNKNOWN)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            bound[node.name].append(Kind.UNKNOWN)
    kinds = {name: found[0] if len(set(found)) == 1 else Kind.UNKNOWN for name, found in bound.items()}
    constructor = isinstance(function, ast.FunctionDef) and function.name in CONSTRUCTORS
    if constructor and function.args.args:
        kinds[function.args.args[0].arg] = Kind.NEW
    return kinds


def _bind(target: ast.expr, value: ast.expr | None, bound: dict[str, list[Kind]]) -> None:
    if isinstance(target, ast.Name):
        bound[target.id].append(_kind(value))
    elif isinstance(target, ast.Tuple | ast.List):
        values: list[ast.expr | None] = [None] * len(target.elts)
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            values = [*value.elts]
        for part, its_value in zip(target.elts, values, strict=True):
            _bind(part.value if isinstance(part, ast.Starred) else part, its_value, bound)


def _kind(value: ast.expr | None) -> Kind:
    """What an expression gives."""
    match value:
        case ast.Constant() | ast.JoinedStr() | ast.Compare():
            return Kind.NEW
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):  # but +tensor is the tensor itself
            return Kind.NEW
        case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
            return Kind.CONTAINER
        case ast.ListComp() | ast.SetComp() | ast.DictComp():
            return Kind.CONTAINER
        case ast.BinOp(left=left, right=right):
            return Kind.CONTAINER if Kind.CONTAINER in (_kind(left), _kind(right)) else Kind.NEW
        case ast.Call(func=ast.Name(id=name)):
            return Kind.NEW if name in NUMBERS else Kind.CONTAINER if name in CONTAINERS else Kind.UNKNOWN
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)) if module in MODULES:
            return Kind.UNKNOWN if name in VIEWS or name.endswith("_") else Kind.NEW
        case ast.Call(func=ast.Attribute(attr=name)) if name in COPYING:
            return Kind.NEW
    return Kind.UNKNOWN


def _is_effect(node: ast.AST, kinds: dict[str, Kind]) -> bool:
    match node:
        case ast.Global() | ast.Nonlocal() | ast.Await() | ast.Yield() | ast.YieldFrom():
            return True
        case ast.Attribute(ctx=ast.Store() | ast.Del()):
            return not (isinstance(node.value, ast.Name) and _of(node.value, kinds) is Kind.NEW)
        case ast.Subscript(ctx=ast.Store() | ast.Del()):
            return not _may_be_assigned_to(node, kinds)
        case ast.AugAssign(target=ast.Name() as target):
            return _of(target, kinds) is Kind.UNKNOWN
        case ast.AugAssign(target=target):  # an entry of a container is changed where it lies
            return _root(target, kinds) is not Kind.NEW
        case ast.Call():
            return _is_effective_call(node, kinds)
    return False


def _is_effective_call(call: ast.Call, kinds: dict[str, Kind]) -> bool:
    if any(word.arg in ("out", "inplace") for word in call.keywords):
        return True
    match call.func:
        case ast.Name(id=name):
            return name in EFFECTIVE_FUNCTIONS or name in RANDOM or _is_in_place(name)
        case ast.Attribute(value=owner, attr=name):
            if name in RANDOM:
                return True
            if isinstance(owner, ast.Name) and owner.id in MODULES and owner.id not in kinds:
                return _is_in_place(name) or name in CHANGING_FUNCTIONS or name.startswith("set")
            if _is_in_place(name):
                return _kind(owner) is not Kind.NEW and _root(owner, kinds) is not Kind.NEW
            if name in CHANGING_METHODS:
                return not isinstance(owner, ast.Name) or _of(owner, kinds) is Kind.UNKNOWN
            return False
    return not isinstance(call.func, ast.Call | ast.Subscript | ast.Lambda)


def _is_in_place(name: str) -> bool:
    """``add_`` and its kin: PyTorch's methods that change the tensor itself."""
    return name in CHANGING_SPECIAL or (name.endswith("_") and not name.endswith("__"))


def _of(name: ast.Name, kinds: dict[str, Kind]) -> Kind:
    return kinds.get(name.id, Kind.UNKNOWN)


def _may_be_assigned_to(target: ast.Subscript, kinds: dict[str, Kind]) -> bool:
    if isinstance(target.value, ast.Name):
        return _of(target.value, kinds) is not Kind.UNKNOWN
    return _root(target, kinds) is Kind.NEW


def _root(node: ast.AST, kinds: dict[str, Kind]) -> Kind:
    """What the object is whose part (entry, attribute) an expression names."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return _of(node, kinds) if isinstance(node, ast.Name) else Kind.UNKNOWN
