"""Writing what is built from the master, and finding where the files on disk disagree with it.

Beside the notebook goes a light stand-in for otter-grader, so that students need not install that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.build.execute import execute, problems, questions_checked
from autograder.build.notebook import Notebooks, read_master, text_of
from autograder.build.public_tests import public_copies
from autograder.build.sentences import in_language
from autograder.build.targets import require_free, was_built
from autograder.errors import BuildError
from autograder.files.atomic import replace_file
from autograder.language import ENGLISH, showing
from autograder.notebook.template_cells import template_cells

if TYPE_CHECKING:
    from autograder.config.load import Lab
    from autograder.config.schema import Kernel


_STUDENTS_OTTER = Path(__file__).with_name("students_otter.py")
_FOR_SENTENCES = """
from autograder.language import later
from autograder.language import showing as _
"""


def students_otter(language: str = ENGLISH) -> str:
    """What runs the public tests where students work, with its sentences in this language."""
    source = _STUDENTS_OTTER.read_text(encoding="utf-8").replace(_FOR_SENTENCES, "", 1)
    return in_language(source, {"_": showing, "later": showing}, language)


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
        language: of the sentences in what students get.
        manual: names of the questions that a person scores.
        files: what lies beside the notebook, while grading too, by its path there.
    """

    root: Path
    master: Path
    solution: Path
    template: Path
    tests: Path
    data: Mapping[str, Path]
    kernel: Kernel
    seed: int
    language: str = ENGLISH
    manual: tuple[str, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def public_tests(self) -> Path:
        """Folder of the students' copies of the tests."""
        return self.template.parent / "tests"

    @property
    def otter(self) -> Path:
        """What ``import otter`` gives to students who have the files of their folder side by side."""
        return self.template.parent / "otter.py"

    def targets(self, tests: Iterable[str]) -> dict[Path, str]:
        """The files to write, with what each is.

        Args:
            tests: file names of the public tests.

        Raises:
            BuildError: both notebooks would be one file.
        """
        copies = {self.public_tests / name: f"the students' copy of {name}" for name in tests}
        if self.template.resolve() == self.solution.resolve():
            raise BuildError(
                f"{self.template}: `build.solution` and `build.template` name one file, and students would "
                "get the solution; give each a file of its own"
            )
        notebooks = {self.template: "the students' notebook", self.solution: "the solution"}
        return {**notebooks, self.otter: "what runs the public tests", **copies}

    def sources(self) -> dict[Path, str]:
        """What is built from, with what each is."""
        files = {file: f"the data file {file.name}" for file in self.data.values()}
        return {self.master: "the master", self.tests: "the questions' own test files", **files}


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
        language=config.language,
        manual=tuple(question.name for question in config.manual),
        files=lab.files_beside(),
    )


def build(plan: Plan) -> list[Path]:
    """Write template, public tests, what runs these, and the executed solution notebook.

    Everything is made and checked before the first file is replaced. Built test files in the students'
    folder that no question has any more are deleted. On one machine, the same sources give the same bytes.

    Returns:
        The files written.

    Raises:
        BuildError: master or tests are wrong, they name different questions, the solution fails, or a file
            would be written where a source lies or something that was not built.
    """
    notebooks = read_master(plan.master)
    tests = public_copies(plan.tests, plan.root, plan.language)
    require_free(plan.targets(tests), plan.sources())
    if disagreements := list(_questions(notebooks, tests, plan.manual)):
        raise BuildError("; ".join(disagreements))
    executed = execute(
        notebooks.solution,
        data=plan.data,
        files=plan.files,
        tests=tests,
        kernel=plan.kernel,
        seed=plan.seed,
    )
    contents = {plan.template: text_of(notebooks.template), plan.solution: text_of(executed)}
    contents |= {plan.public_tests / name: text for name, text in tests.items()}
    contents[plan.otter] = students_otter(plan.language)
    for file, text in contents.items():
        replace_file(file, text)
    for file in plan.public_tests.glob("*.py"):
        if file not in contents and was_built(file):
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
    tests = public_copies(plan.tests, plan.root, plan.language)
    found = list(_questions(notebooks, tests, plan.manual))
    for file, expected in ((plan.template, notebooks.template), (plan.solution, notebooks.solution)):
        try:
            actual = _read(file)
        except BuildError as problem:
            found.append(str(problem))
            continue
        found += [f"{file}: {sentence}" for sentence in _differences(actual, expected)]
        state = _used(actual) if file == plan.template else problems(actual)
        found += [f"{file}: {sentence}" for sentence in state]
    return [
        *found,
        *_test_differences(plan.public_tests, tests),
        *_otter_differences(plan.otter, plan.language),
    ]


def _questions(notebooks: Notebooks, tests: Mapping[str, str], manual: Sequence[str]) -> Iterator[str]:
    asked = set(questions_checked(notebooks.template))
    given = {name.removesuffix(".py") for name in tests}
    for question in sorted(asked - given):
        yield f"the notebook calls grader.check({question!r}), but there is no test file {question}.py"
    for question in sorted(given - asked):
        yield f"there is a test file {question}.py, but the notebook never calls grader.check({question!r})"
    answered = {one.manual for one in template_cells(notebooks.template) if one.manual}
    for question in sorted(set(manual) - answered):
        yield (
            f"the configuration has the manual question {question!r}, but no cell of the master has the "
            f'metadata autograder={{"manual": "{question}"}}, so no answer to it would be found'
        )
    for question in sorted(answered - set(manual)):
        yield f"a cell answers the manual question {question!r}, which the configuration does not have"


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


def _otter_differences(file: Path, language: str) -> Iterator[str]:
    if not file.is_file():
        yield f"{file}: missing"
    elif file.read_text(encoding="utf-8") != students_otter(language):
        yield f"{file}: differs from what runs the public tests"


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
