"""Writing what is built from the master, and finding where the files on disk disagree with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.build.execute import execute, problems, questions_checked
from autograder.build.notebook import Notebooks, read_master, text_of
from autograder.build.public_tests import public_copies
from autograder.errors import BuildError
from autograder.files.atomic import replace_file

if TYPE_CHECKING:
    from autograder.config.load import Lab
    from autograder.config.schema import Kernel


@dataclass(frozen=True)
class Plan:
    """What is built from what; every path is absolute.

    Attributes:
        root: folder of the lab; modules that test files share are found in it.
        master: the percent script.
        solution: the solution notebook to write.
        template: the students' notebook to write; their tests go to ``tests/`` beside it.
        tests: folder of the questions' test files.
        data: address that the notebook downloads from, to the local file that stands for it.
        kernel: what is imported before the notebook, and how many threads an operation has.
        seed: of the solution's run.
    """

    root: Path
    master: Path
    solution: Path
    template: Path
    tests: Path
    data: Mapping[str, Path]
    kernel: Kernel
    seed: int

    @property
    def public_tests(self) -> Path:
        """Folder of the students' copies of the tests."""
        return self.template.parent / "tests"


def plan_of(lab: Lab) -> Plan:
    """The plan that a lab's configuration describes.

    ``build.template`` may name the students' folder or the notebook in it.

    Raises:
        BuildError: the configuration has no section ``build``.
    """
    config = lab.config
    template = lab.template()
    if config.build is None or template is None:
        raise BuildError(f"{lab.path}: no section `build`, so there is nothing to build")
    return Plan(
        root=lab.root,
        master=lab.file(config.build.master),
        solution=lab.file(config.build.solution),
        template=template,
        tests=lab.file(config.tests),
        data={item.url: lab.file(item.file) for item in config.data},
        kernel=config.kernel,
        seed=config.seed,
    )


def build(plan: Plan) -> list[Path]:
    """Write template, public tests and the executed solution notebook.

    Everything is made and checked before the first file is replaced. Test files in the students'
    folder that no question has any more are deleted. On one machine, the same sources give the same bytes.

    Returns:
        The files written.

    Raises:
        BuildError: master or tests are wrong, they name different questions, or the solution fails.
    """
    notebooks = read_master(plan.master)
    tests = public_copies(plan.tests, plan.root)
    if disagreements := list(_questions(notebooks, tests)):
        raise BuildError("; ".join(disagreements))
    executed = execute(notebooks.solution, data=plan.data, tests=tests, kernel=plan.kernel, seed=plan.seed)
    contents = {plan.template: text_of(notebooks.template), plan.solution: text_of(executed)}
    contents |= {plan.public_tests / name: text for name, text in tests.items()}
    for file, text in contents.items():
        replace_file(file, text)
    for file in plan.public_tests.glob("*.py"):
        if file not in contents:
            file.unlink()
    return list(contents)


def check(plan: Plan) -> list[str]:
    """Compare the files on disk with what the master and the tests give.

    Sources, Markdown, metadata, ids and order of cells must be equal; the template must have no
    outputs; the solution must have been executed, but its outputs are not compared: they depend on the
    machine.

    Returns:
        One sentence a disagreement, each naming the file; empty when all is well.

    Raises:
        BuildError: master or tests are wrong, so nothing can be compared.
    """
    notebooks = read_master(plan.master)
    tests = public_copies(plan.tests, plan.root)
    found = list(_questions(notebooks, tests))
    for file, expected in ((plan.template, notebooks.template), (plan.solution, notebooks.solution)):
        try:
            actual = _read(file)
        except BuildError as problem:
            found.append(str(problem))
            continue
        found += [f"{file}: {sentence}" for sentence in _differences(actual, expected)]
        state = _used(actual) if file == plan.template else problems(actual)
        found += [f"{file}: {sentence}" for sentence in state]
    return found + list(_test_differences(plan.public_tests, tests))


def _questions(notebooks: Notebooks, tests: Mapping[str, str]) -> Iterator[str]:
    asked = set(questions_checked(notebooks.template))
    given = {name.removesuffix(".py") for name in tests}
    for question in sorted(asked - given):
        yield f"the notebook calls grader.check({question!r}), but there is no test file {question}.py"
    for question in sorted(given - asked):
        yield f"there is a test file {question}.py, but the notebook never calls grader.check({question!r})"


def _read(file: Path) -> Any:
    import nbformat

    try:
        # not nbformat.reads, which repairs what it can and only logs the rest
        content = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.get("nbformat") != 4:
            raise BuildError(f"{file}: not a notebook of format 4; build it again")
        notebook = nbformat.from_dict(content)
        nbformat.validate(notebook)
    except OSError as problem:
        raise BuildError(f"{file}: cannot be read ({problem.strerror}); build it") from problem
    except (ValueError, nbformat.ValidationError) as problem:
        raise BuildError(f"{file}: not a valid notebook: {str(problem)[:200]}") from problem
    # text may be a list of lines
    return nbformat.v4.rwbase.rejoin_lines(notebook)


def _differences(actual: Any, expected: Any) -> Iterator[str]:
    for key in ("nbformat_minor", "metadata"):
        if actual[key] != expected[key]:
            yield f"{key} differs from the master's"
    cells = actual.cells
    if [cell.id for cell in cells] != [cell.id for cell in expected.cells]:
        yield f"other cells, or in another order ({len(cells)} cells, the master gives {len(expected.cells)})"
    by_id = {cell.id: cell for cell in cells}
    for number, cell in enumerate(expected.cells, 1):
        for key in ("cell_type", "source", "metadata"):
            if cell.id in by_id and by_id[cell.id].get(key) != cell[key]:
                yield f"cell {number} ({cell.id}): {key} differs from the master's"


def _used(template: Any) -> Iterator[str]:
    for number, cell in enumerate(template.cells, 1):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield f"cell {number} was executed; students get the notebook without outputs"


def _test_differences(folder: Path, tests: Mapping[str, str]) -> Iterator[str]:
    for name, text in tests.items():
        file = folder / name
        if not file.is_file():
            yield f"{file}: missing"
        elif file.read_text(encoding="utf-8") != text:
            yield f"{file}: differs from the public cases of the question"
    for file in sorted(folder.glob("*")):
        if file.name not in tests and file.name != "__pycache__":
            yield f"{file}: no question has this file"
