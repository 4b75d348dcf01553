"""The shape of the code: imports point one way, and the public surface is what it says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ENGINE = Path(__file__).resolve().parents[2] / "autograder"

FORBIDDEN = {
    "autograder.kernel.guest": (
        "autograder.grading", "autograder.intake", "autograder.report", "autograder.batch", "autograder.lms",
        "autograder.config", "autograder.course", "autograder.pipeline", "autograder.build", "reference",
    ),
    "autograder.sandbox": (
        "autograder.kernel",
        "autograder.grading", "autograder.intake", "autograder.report", "autograder.batch", "autograder.config",
        "autograder.course", "autograder.pipeline", "reference",
    ),
    "autograder.grading": ("autograder.sandbox", "autograder.kernel", "autograder.report", "reference"),
    "autograder.report": ("autograder.sandbox", "autograder.kernel", "autograder.pipeline", "autograder.batch"),
    "autograder.lms": ("autograder.sandbox", "autograder.kernel", "autograder.pipeline", "autograder.batch"),
    "autograder.intake": ("autograder.sandbox", "autograder.kernel", "autograder.grading", "autograder.report"),
    "autograder.model": ("autograder",),
    "autograder": ("reference", "tests"),
}  # fmt: skip


def module_name(path: Path) -> str:
    parts = ("autograder", *path.relative_to(ENGINE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *(node.module.split(".") if node.module else [])])
            found.add(module)
            found.update(f"{module}.{alias.name}" for alias in node.names)
    return found


def below(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=module_name)
def test_imports_point_one_way(path):
    module = module_name(path)
    wrong = [
        (package, imported)
        for package, forbidden in FORBIDDEN.items()
        if below(module, package)
        for imported in imports(path)
        if any(below(imported, name) for name in forbidden)
    ]
    assert not wrong


def test_there_is_no_import_cycle():
    graph = {}
    for path in ENGINE.rglob("*.py"):
        top = [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.Import | ast.ImportFrom)]
        names = imports(path) if top else set()
        graph[module_name(path)] = names
    known = {name: {i for i in names if i in graph and i != name} for name, names in graph.items()}
    # Only imports at the top of a module can close a cycle that matters.
    for path in ENGINE.rglob("*.py"):
        lazy = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) or (
                isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
            ):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.ImportFrom) and inner.module:
                        lazy.add(inner.module.split(".")[-1])
        known[module_name(path)] = {i for i in known[module_name(path)] if i.split(".")[-1] not in lazy}
    done: set[str] = set()

    def visit(name, trail):
        assert name not in trail, f"cycle: {' -> '.join([*trail, name])}"
        if name not in done:
            for imported in known[name]:
                visit(imported, [*trail, name])
            done.add(name)

    for name in known:
        visit(name, [])


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=module_name)
def test_the_engine_names_no_symbol_of_the_lab(path):
    text = path.read_text()
    for symbol in (
        "_compute_grad",
        "get_random_day",
        "train_rnn",
        "mse_loss_func",
        "do_training_step",
        "BPTT",
    ):
        assert symbol not in text


def test_the_public_names_are_these():
    import autograder

    assert autograder.__all__ == ["__version__"]
