"""The shape of the code: imports point one way, and the public surface is what it says."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from autograder.grading import fingerprint
from autograder.grading.fingerprint import DECIDES

ENGINE = Path(__file__).resolve().parents[2] / "autograder"
TESTS = ENGINE.with_name("tests")
MODULES = sorted(path for path in ENGINE.rglob("*.py") if "starter" not in path.parts)
"""All but the lab that ``autograder new`` copies, which is nobody's module."""

RUNS_STUDENT_CODE = ("autograder.sandbox", "autograder.kernel")
RUNS_CLASSES = (
    "autograder.workers",
    "autograder.cluster",
    "autograder.class_run",
    "autograder.commands",
    "autograder.cli",
)
SHOWS = ("autograder.report", "autograder.lms", "autograder.package", "autograder.docker")

FORBIDDEN = {
    "autograder.kernel.guest": (
        "autograder.grading", "autograder.uploads", "autograder.submissions", "autograder.notebook", "autograder.store",
        "autograder.config", "autograder.build", "autograder.model", *SHOWS, *RUNS_CLASSES,
    ),
    "autograder.sandbox": (
        "autograder.kernel", "autograder.grading", "autograder.uploads", "autograder.submissions", "autograder.notebook",
        "autograder.store", "autograder.config", "autograder.build", *SHOWS, *RUNS_CLASSES,
    ),
    "autograder.kernel": ("autograder.grading", "autograder.store", "autograder.uploads", *SHOWS, *RUNS_CLASSES),
    "autograder.files": (*RUNS_STUDENT_CODE, "autograder.grading", "autograder.store", *SHOWS, *RUNS_CLASSES),
    "autograder.config": (*RUNS_STUDENT_CODE, "autograder.grading", "autograder.store", *SHOWS, *RUNS_CLASSES),
    "autograder.uploads": (
        *RUNS_STUDENT_CODE, "autograder.grading", "autograder.notebook", "autograder.submissions", "autograder.store",
        *SHOWS, *RUNS_CLASSES,
    ),
    "autograder.notebook": (
        *RUNS_STUDENT_CODE, "autograder.grading", "autograder.uploads", "autograder.submissions", "autograder.store",
        *SHOWS, *RUNS_CLASSES,
    ),
    "autograder.lms": (
        *RUNS_STUDENT_CODE, "autograder.grading", "autograder.submissions", "autograder.report", *RUNS_CLASSES,
    ),
    "autograder.submissions": (
        *RUNS_STUDENT_CODE, "autograder.grading", "autograder.store", "autograder.report", *RUNS_CLASSES,
    ),
    "autograder.grading": (
        *SHOWS, *RUNS_CLASSES, "autograder.store", "autograder.uploads", "autograder.submissions", "autograder.gradients",
    ),
    # What judges does not run: the pipeline and the course beside it do.
    **{f"autograder.grading.{judge}": RUNS_STUDENT_CODE for judge in (
        "asserts", "bounds", "checks", "effects", "fingerprint", "first_cause", "flag_rules", "flags", "limits",
        "namespace", "newer_python", "pictures", "questions", "shortcuts", "source_names", "template", "verdicts",
    )},
    "autograder.gradients": (
        *RUNS_STUDENT_CODE, *SHOWS, *RUNS_CLASSES, "autograder.config", "autograder.notebook", "autograder.store",
        "autograder.uploads", "autograder.submissions", "autograder.build",
    ),
    "autograder.workers": (*SHOWS, "autograder.store", "autograder.class_run", "autograder.cluster"),
    "autograder.cluster": (*SHOWS, "autograder.store", "autograder.class_run"),
    "autograder.store": (*RUNS_STUDENT_CODE, *SHOWS, "autograder.class_run", "autograder.commands", "autograder.cli"),
    "autograder.class_run": ("autograder.commands", "autograder.cli", "autograder.package", "autograder.docker"),
    "autograder.report": (*RUNS_STUDENT_CODE, "autograder.grading", "autograder.lms", *RUNS_CLASSES),
    "autograder.similar": (
        *RUNS_STUDENT_CODE, "autograder.grading", "autograder.store", "autograder.uploads", "autograder.submissions",
        *SHOWS, *RUNS_CLASSES,
    ),
    # The page shows what strangers wrote: nothing of theirs runs in its process, and no test lies in it.
    "autograder.review": (
        *RUNS_STUDENT_CODE, "autograder.grading.course", "autograder.grading.pipeline", "autograder.workers.pool",
        "autograder.commands", "autograder.cli", "autograder.package", "autograder.docker",
    ),
    # Has a token: nothing that students wrote is opened where it is, and nothing of theirs runs.
    "autograder.online": (
        *RUNS_STUDENT_CODE, "autograder.grading", "autograder.uploads", "autograder.notebook",
        "autograder.submissions", "autograder.report", "autograder.package", "autograder.docker", *RUNS_CLASSES,
    ),
    "autograder.mutate": ("autograder.store", "autograder.uploads", "autograder.submissions", *SHOWS, *RUNS_CLASSES),
    "autograder.certify": (
        "autograder.kernel", "autograder.lms", "autograder.package", "autograder.docker", "autograder.review", "autograder.uploads",
        "autograder.submissions", "autograder.commands", "autograder.cli",
    ),
    "autograder.model": ("autograder",),
    "autograder": ("reference", "tests"),
}  # fmt: skip


def module_name(path: Path) -> str:
    parts = ("autograder", *path.relative_to(ENGINE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All of a module, read once."""
    return tuple(ast.walk(ast.parse(path.read_text())))


@cache
def imports(path: Path) -> frozenset[str]:
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *(node.module.split(".") if node.module else [])])
            found.add(module)
            found.update(f"{module}.{alias.name}" for alias in node.names)
    return frozenset(found)


def below(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def test_every_rule_is_about_something_that_is_there():
    modules = {module_name(path) for path in MODULES}
    named = {*FORBIDDEN, *(name for names in FORBIDDEN.values() for name in names)} - {"reference", "tests"}
    assert sorted(name for name in named if name not in modules) == []


def test_imports_point_one_way():
    wrong = [
        (module_name(path), imported)
        for path in MODULES
        for package, forbidden in FORBIDDEN.items()
        if below(module_name(path), package)
        for imported in imports(path)
        if any(below(imported, name) for name in forbidden) and not below(imported, package)
    ]
    assert wrong == []


def test_what_decides_a_mark_imports_nothing_else_of_the_engine():
    """A module that the fingerprint leaves out could otherwise change a mark, and old results would stay."""
    deciding = [f"autograder.{part.removesuffix('.py')}" for part in DECIDES]

    def decides(name):
        return any(below(name, part) for part in deciding)

    wrong = [
        (module_name(path), name)
        for path in MODULES
        if decides(module_name(path))
        for name in imports(path)
        if below(name, "autograder") and name not in ("autograder", "autograder.__version__")  # only told
        if not decides(name)
    ]
    assert wrong == [], f"name it in DECIDES of {fingerprint.__name__}, or import it elsewhere"


def test_only_its_commands_go_online():
    found = {
        (path.relative_to(ENGINE).as_posix(), name)
        for path in ENGINE.rglob("*.py")
        for name in imports(path)
        if below(name, "autograder.online")
    }
    # The command line takes a token out of the environment of whatever needs none.
    allowed = {("cli.py", "autograder.online.token"), ("cli.py", "autograder.online.token.forget")}
    assert [one for one in found - allowed if not one[0].startswith(("online/", "commands/"))] == []


def test_there_is_no_import_cycle():
    graph = {}
    for path in MODULES:
        top = [n for n in nodes(path)[0].body if isinstance(n, ast.Import | ast.ImportFrom)]
        names = imports(path) if top else frozenset()
        graph[module_name(path)] = names
    known = {name: {i for i in names if i in graph and i != name} for name, names in graph.items()}
    # Only imports at the top of a module can close a cycle that matters.
    for path in MODULES:
        lazy = set()
        for node in nodes(path):
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


PRINTS = ("commands", "cli.py", "report/terminal.py", "package/gradescope_run.py", "kernel/guest")
"""Where people are told something; everything else returns values or tells its caller."""


def prints(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else ast.unparse(call.func)
    return name in ("print", "sys.stdout.write", "sys.stderr.write")


def test_nobody_prints_but_the_commands():
    wrong = [
        f"{module_name(path)}, line {node.lineno}"
        for path in MODULES
        if not path.relative_to(ENGINE).as_posix().startswith(PRINTS)
        for node in nodes(path)
        if isinstance(node, ast.Call) and prints(node)
    ]
    assert wrong == []


def test_the_engine_names_no_symbol_of_the_lab():
    symbols = "_compute_grad|get_random_day|train_rnn|mse_loss_func|do_training_step|BPTT"
    found = [(module_name(path), re.findall(symbols, path.read_text())) for path in MODULES]
    assert [(module, symbol) for module, symbol in found if symbol] == []


def test_the_public_names_are_these():
    import autograder

    assert autograder.__all__ == ["__version__"]


def named_tests() -> list[str]:
    """The last column of the table of attacks in SECURITY.md, name by name."""
    text = (TESTS.parent / "SECURITY.md").read_text("utf-8")
    table = text.partition("| attack | layer | test |\n|---|---|---|\n")[2].partition("\n\n")[0]
    return [name for row in table.splitlines() for name in re.findall("`([^`]+)`", row.split("|")[-2])]


@pytest.mark.parametrize("name", named_tests())
def test_the_tests_that_the_promises_name_are_there(name):
    file, _, test = name.partition("::")
    if file.startswith("attacks/"):
        assert (TESTS / "corpus" / file / "expect.yml").is_file()
    else:
        assert test in [
            node.name for node in nodes(TESTS / file)[0].body if isinstance(node, ast.FunctionDef)
        ]


def test_every_attack_of_the_table_names_a_test():
    assert len(named_tests()) > 50
    assert len({name for name in named_tests() if name.startswith("attacks/")}) > 25
