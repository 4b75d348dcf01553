"""Fixtures that every suite shares: a toy lab ready for grading, and notebooks made of cells."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.model import Entry, Grade
from autograder.notebook.quick_import import without_address_grammar
from autograder.store.entries import Entries

with without_address_grammar():
    import nbformat

ROOT = Path(__file__).resolve().parents[1]
TOY_LAB = ROOT / "tests" / "engine" / "toy_lab"

# The lab's own packages (reference, tests.corpus) are imported from the checkout, as test files do.
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


EVERY_EXAMPLE = "AUTOGRADER_EVERY_EXAMPLE"
"""Environment variable that ``--every-example`` sets, which ``make test-all`` gives to pytest."""


LONGEST = (
    "tests/corpus/test_attacks.py",
    "tests/package/test_gradescope_runs.py",
    "tests/corpus/test_attacks_elsewhere.py",
    "tests/engine/test_cluster.py",
    "tests/engine/test_whole_class.py",
    "tests/lab/test_questions.py",
    "tests/lms/test_round_trip.py",
    "tests/package/test_stock_otter.py",
    "tests/engine/test_soak.py",
    "tests/engine/test_neighbours.py",
    "tests/engine/test_build.py",
    "tests/review/test_evening.py",
    "tests/review/test_pages.py",
)
"""Files that take longest: they begin first, so that none is left alone at the end."""

WAITS = "[mistakes/whole/never_ends]"
"""Of ``make test-all``: waits ten minutes for deadlines, while others run."""

SHARED_OUT = ("tests/corpus/test_corpus.py", "tests/corpus/test_damaged.py")
"""Files whose tests need only what every process has once: whoever has nothing to do takes the next one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-example", action="store_true", help="draw as many examples as a fuzzing test has"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Before the tests are imported, which is when they ask for examples."""
    if config.getoption("--every-example"):
        os.environ[EVERY_EXAMPLE] = "1"


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep how the run ended, for ``.ci/run``: 1 where every test was asked and some failed."""
    if "PYTEST_XDIST_WORKER" not in os.environ and session.config.pluginmanager.has_plugin("cacheprovider"):
        session.config.cache.set("autograder/ended", int(exitstatus))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first; what is shared out test by test comes last and fills up the time."""

    def turn(item: pytest.Item) -> int:
        file = item.nodeid.partition("::")[0]
        if item.nodeid.endswith(WAITS):
            return -1
        if file in SHARED_OUT:
            return len(LONGEST) + 1
        return LONGEST.index(file) if file in LONGEST else len(LONGEST)

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """With ``-n`` the tests of a file stay in one process, for its fixtures.

    Marks of ``xdist_group`` would say the same, but pytest-xdist 3.8 does not see them with pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return nodeid if file in SHARED_OUT else file

    return ByFile(config, log)


def notebook_bytes(*cells: str) -> bytes:
    """A notebook with these code cells, as a file's bytes."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(cells)]
    return nbformat.writes(notebook).encode()


def entry_of(grade: Grade) -> Entry:
    """One grade as the report of a class needs it."""
    entries = Entries([grade.submission])
    entries.add(grade)
    return next(iter(entries))


@pytest.fixture
def write_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook made of code cells; its path."""

    def write(*cells: str, name: str = "student.ipynb") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook_bytes(*cells))
        return path

    return write


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for all temporary files, into which student code's own users come, as into ``/tmp``.

    A socket's path in it stays short.
    """
    folder = Path(tempfile.mkdtemp(prefix="t-"))
    folder.chmod(0o711)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def forked_zygotes() -> Iterator[None]:
    """For files about something else than the start of grading processes (:mod:`tests.forked`)."""
    from tests.forked import zygotes_are_forked

    with zygotes_are_forked():
        yield


@pytest.fixture(scope="session")
def toy_course() -> Iterator[object]:
    """The toy lab, opened once: its fork server serves every test of the session."""
    from autograder.config.load import load
    from autograder.grading.course import opened

    with opened(load(TOY_LAB / "grading_config.yml")) as course:
        yield course


@pytest.fixture(scope="session")
def lab_course() -> Iterator[object]:
    """The lab itself, opened once: its fork server serves every test of the session."""
    from autograder.config.load import load
    from autograder.grading.course import opened

    with opened(load(ROOT / "grading_config.yml")) as course:
        yield course


@pytest.fixture(scope="session")
def gradescope_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab, packed for Gradescope once for all test processes: packing grades the solution."""
    from tests.engine.processes import autograder

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # which the processes of one run share
    archive = folder / "gradescope.zip"
    with (folder / "gradescope.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            done = autograder("package", "gradescope", "--out", archive)
            assert done.returncode == 0, done.stderr
    return archive


@pytest.fixture
def grade_cells(toy_course: object, write_notebook: Callable[..., Path]) -> Callable[..., object]:
    """Grade a notebook made of code cells in the toy lab; keywords are other settings of its session.

    A cell has a minute, which none needs however busy the machine is: a test that is about a deadline names it.
    """
    from autograder.grading.pipeline import grade
    from autograder.model import Submission

    def run(*cells: str, **settings: float) -> object:
        file = write_notebook(*cells)
        patient = {
            "cell_seconds": 60,
            "notebook_seconds": 120,
            "request_seconds": 30,
            "submission_seconds": 240,
        }
        course = replace(toy_course, settings=replace(toy_course.settings, **patient | settings))
        return grade(Submission("student", file.name, "student", file=file), course)

    return run
