"""Can this machine grade safely and rightly? It is proven by trying."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.config.load import check_files, load
from autograder.config.schema import Build
from autograder.errors import AutograderError, ConfigurationError
from autograder.files.visible import plain
from autograder.grading.course import Course, opened
from autograder.grading.pipeline import grade
from autograder.grading.run_settings import RunSettings
from autograder.kernel.session import Session
from autograder.model import Grade, Outcome, Status, Submission
from autograder.notebook.solutions import solutions
from autograder.workers.temporary import check_place


@dataclass(frozen=True)
class Finding:
    """One thing that was tried.

    Attributes:
        what: what was tried, for the left column.
        good: whether it is as it must be.
        detail: what happened.
        of_lab: whether it is about the lab, and not about this machine.
    """

    what: str
    good: bool
    detail: str
    of_lab: bool = False


@dataclass(frozen=True)
class Probe:
    """An attempt of student code to do what it must not.

    Attributes:
        what: description.
        code: Python statements that succeed only if the sandbox fails.
        happened: looks from outside whether it succeeded, whatever the code says.
    """

    what: str
    code: str
    happened: Callable[[], bool] = lambda: False


def examine(config: Path, *, quick: bool, enforce: bool = True) -> Iterator[Finding]:
    """Try everything, one finding at a time."""
    try:
        check_place()
        lab = load(config)
        check_files(lab)
        solutions(lab)
        yield Finding("configuration", True, f"{len(lab.config.questions)} questions", of_lab=True)
        with opened(lab, RunSettings(config, enforce=enforce, keep_executed=False)) as course:
            data = ", ".join(item.name for item in lab.config.data) or "none"
            yield Finding("data files and their checksums", True, data, of_lab=True)
            yield from _probe(course)
            if not quick and lab.config.build is not None:
                yield from _grade_known(lab.config.build, course)
    except AutograderError as trouble:
        of_lab = isinstance(trouble, ConfigurationError)
        yield Finding(type(trouble).__name__, False, str(trouble), of_lab=of_lab)


def _probe(course: Course) -> Iterator[Finding]:
    import nbformat

    with tempfile.TemporaryDirectory() as outside, socket.create_server(("127.0.0.1", 0)) as server:
        Path(outside).chmod(0o777)
        server.setblocking(False)
        probes = _probes(Path(outside), server, course.lab.root, course.settings.limits.memory_bytes)
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [
            nbformat.v4.new_code_cell(_attempt(probe.code, i)) for i, probe in enumerate(probes)
        ]
        with Session(course.server, course.settings) as session:
            session.run(notebook)
            names = session.names()
            layers = session.layers
            tried = [names.get(f"outcome_{i}", (False, "no outcome")) for i in range(len(probes))]
    yield Finding("layers", bool(layers), ", ".join(layers) or "none: the sandbox is off")
    for probe, (refused, said) in zip(probes, tried, strict=True):
        yield Finding(f"student code cannot {probe.what}", refused and not probe.happened(), said)


def _probes(outside: Path, server: socket.socket, lab_root: Path, memory: int) -> list[Probe]:
    secret, written = outside / "secret", outside / "written"
    secret.write_text("secret")
    secret.chmod(0o666)
    port = server.getsockname()[1]

    def connected() -> bool:
        try:
            server.accept()[0].close()
        except OSError:
            return False
        return True

    return [
        Probe(
            "use the network", f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)", connected
        ),
        Probe("start a process", "import os; os.fork() or os._exit(0)"),
        Probe("run a program", "import os; os.execv('/bin/true', ['true'])"),
        Probe("read a foreign file", f"open({str(secret)!r}).read()"),
        Probe("read the home folder", f"import os; os.listdir({str(Path.home())!r})"),
        Probe("read the hidden tests", f"import os; os.listdir({str(lab_root)!r})"),
        Probe("read other processes", "open('/proc/1/environ', 'rb').read()"),
        Probe("write outside its folder", f"open({str(written)!r}, 'w').write('x')", written.exists),
        Probe("signal another process", "import os; os.kill(os.getppid(), 0)"),
        Probe("take more memory than allowed", f"bytearray({memory} + 1)"),
    ]


def _attempt(code: str, number: int) -> str:
    return (
        f"try:\n    {code}\n    outcome_{number} = False, 'POSSIBLE'\n"
        f"except BaseException as error:\n    outcome_{number} = True, f'refused: {{type(error).__name__}}'\n"
    )


def _grade_known(built: Build, course: Course) -> Iterator[Finding]:
    """The solution earns everything, the untouched template nothing."""
    lab = course.lab
    possible = sum(question.points for question in lab.config.questions)
    for what, relative, wanted in (
        ("the solution earns everything", built.solution, possible),
        ("the untouched template earns nothing", built.template, 0.0),
    ):
        file = lab.root / relative
        result = grade(Submission(id="doctor", source=file.name, student="doctor", file=file), course)
        good = result.status is Status.GRADED and result.score == wanted
        yield Finding(what, good, _describe(result, wanted), of_lab=True)


def _describe(result: Grade, wanted: float) -> str:
    """What a notebook came to; for each question with other points than it must give, a check."""
    if result.status is not Status.GRADED:
        return f"not gradable: {result.reason}"
    said = f"{result.score:g} of {result.max_score:g} in {result.seconds:.1f} s"
    for question in result.questions:
        if question.points == (question.possible if wanted else 0):
            continue
        wrong = [case for case in question.cases if (case.outcome is Outcome.PASSED) is not bool(wanted)]
        why = "".join(f": {case.name!r} {case.outcome}: {case.message}" for case in wrong[:1])
        said += f"\n        {question.name} {question.points:g} of {question.possible:g}{plain(why, 400)}"
    return said
