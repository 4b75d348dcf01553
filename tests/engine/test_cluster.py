"""Grading through executors: threads, processes, and a real Dask cluster whose workers are killed."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.class_run.run import grade_all
from autograder.cluster import dask_cluster as dask_module
from autograder.cluster import executor as executor_module
from autograder.cluster import station
from autograder.cluster.dask_cluster import dask_executor
from autograder.cluster.executor import grade_with
from autograder.config.load import load
from autograder.errors import AutograderError, ConfigurationError, UsageError
from autograder.grading.fingerprint import fingerprint
from autograder.grading.run_settings import RunSettings
from autograder.model import Status, Submission
from tests.conftest import ROOT, TOY_LAB, notebook_bytes
from tests.engine.processes import wait_until

CONFIG = TOY_LAB / "grading_config.yml"
SETTINGS = RunSettings(CONFIG, drawn_number=11)
MEDIAN = "def median(v):\n    v = sorted(v); n = len(v)\n    return v[n//2] if n % 2 else (v[n//2-1] + v[n//2]) / 2"
COUNTS = "counts = {'one': 1, 'two': 2, 'three': 3}"
WORKS = "import time; time.sleep(0.7)"

CLASS = {
    "all": notebook_bytes(MEDIAN, COUNTS, WORKS),
    "median": notebook_bytes(WORKS, MEDIAN),
    "counts": notebook_bytes(WORKS, COUNTS),
    "nothing": notebook_bytes(WORKS),
    "raises": notebook_bytes(WORKS, "1 / 0", COUNTS),
    "dies": notebook_bytes(MEDIAN, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
    "broken": b"no notebook",
    "again": notebook_bytes(MEDIAN, COUNTS, WORKS, "pass"),
}


@pytest.fixture
def temporary(temporary, monkeypatch):
    """The folder for temporary files also of processes that are started."""
    monkeypatch.setenv("TMPDIR", str(temporary))
    yield temporary
    station._stations.close()


@pytest.fixture
def lab(tmp_path):
    """A copy of the toy lab, to be changed."""
    return Path(shutil.copytree(TOY_LAB, tmp_path / "lab"))


def write_class(folder: Path, notebooks: dict[str, bytes] = CLASS) -> list[Submission]:
    handed_in = []
    for name, content in notebooks.items():
        file = folder / f"{name}.ipynb"
        file.write_bytes(content)
        handed_in.append(Submission(name, file.name, f"student {name}", lms_id=f"id-{name}", file=file))
    return handed_in


def trivial(folder: Path, count: int) -> list[Submission]:
    return write_class(folder, {str(number): notebook_bytes(COUNTS) for number in range(count)})


def here(config: Path = CONFIG) -> str:
    """The fingerprint of the lab as it is now."""
    return fingerprint(load(config))


def two():
    return 2


def judged(grade):
    """What has to be the same wherever a grade was found; the fingerprint is compared by the run itself."""
    questions = [
        (one.name, one.points, [(case.name, case.outcome, case.message, case.evidence) for case in one.cases])
        for one in grade.questions
    ]
    cells = [(run.index, run.ending, run.error) for run in grade.cells]
    return (
        grade.submission, grade.status, grade.reason, questions, grade.manual, cells, grade.flags, grade.notes,
        grade.versions, grade.seed, grade.case_number, grade.digest, grade.trouble, bool(grade.executed),
    )  # fmt: skip


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    nothing = Submission("link", "link.ipynb", "link", problem="it is a link")
    return [*write_class(tmp_path_factory.mktemp("class")), nothing]


@pytest.fixture(scope="module")
def local(handed_in):
    """What a run on one machine finds, by submission."""
    grades = list(grade_all(handed_in, SETTINGS, 2))
    assert {grade.case_number for grade in grades} == {SETTINGS.drawn_number}
    found = {grade.submission.id: judged(grade) for grade in grades}
    assert len(found) == len(CLASS) + 1
    assert found["all"][3][0][:2] == ("median", 2)
    return found


def executor(kind):
    if kind == "threads":
        return ThreadPoolExecutor(2)
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(kind))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("threads", marks=pytest.mark.thorough),
        pytest.param("fork", marks=pytest.mark.single),
        pytest.param("spawn", marks=pytest.mark.thorough),
    ],
)
def test_every_executor_comes_to_the_grades_of_a_local_run(handed_in, local, temporary, kind):
    with executor(kind) as pool:
        grades = list(grade_with(pool, handed_in, SETTINGS, here(), two))
    assert sorted(grade.submission.id for grade in grades) == sorted(local)
    for grade in grades:
        assert judged(grade) == local[grade.submission.id]
    if kind == "threads":
        assert len(station._stations._idle) == 2
        station._stations.close()
    assert list(temporary.iterdir()) == []
    assert processes_below(temporary) == []


@pytest.mark.single  # test_zygotes has processes that are forked in every run
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_process_does_not_wait_for_the_stations_of_its_parent(tmp_path, temporary):
    with ThreadPoolExecutor(1) as pool:
        list(grade_with(pool, trivial(tmp_path, 1), SETTINGS, here(), two))
    with executor("fork") as pool:
        (grade,) = grade_with(pool, trivial(tmp_path, 1), SETTINGS, here(), two)
    assert grade.status is Status.GRADED


@pytest.mark.single  # test_a_machine_in_trouble_costs_one_more_try
def test_a_grading_process_outlives_the_thread_that_asked_for_it(tmp_path, temporary):
    seen = set()
    for _ in range(2):
        with ThreadPoolExecutor(1) as pool:
            (grade,) = grade_with(pool, trivial(tmp_path, 1), SETTINGS, here(), two)
        assert grade.status is Status.GRADED
        seen.add(station._stations._idle[0]._pool._workers[0].process.pid)
    assert len(seen) == 1


@pytest.mark.thorough
def test_a_notebook_is_read_when_its_turn_has_come(tmp_path, temporary, forked_zygotes):
    handed_in = trivial(tmp_path, 4)
    taken = []

    def one_by_one():
        for submission in handed_in:
            taken.append(submission.id)
            yield submission

    ended = {}
    with ThreadPoolExecutor(1) as pool:
        for grade in grade_with(pool, one_by_one(), SETTINGS, here(), two):
            ended[grade.submission.id] = grade
            assert len(taken) - len(ended) <= 2
            handed_in[3].file.unlink(missing_ok=True)
    assert sorted(ended) == ["0", "1", "2", "3"]
    assert [ended[name].status for name in "012"] == [Status.GRADED] * 3
    gone = ended["3"]
    assert (gone.status, gone.trouble) == (Status.NOT_GRADABLE, True)
    assert gone.reason == "the file cannot be read: No such file or directory"
    assert gone.submission is handed_in[3]


def test_large_notebooks_wait_for_each_other(tmp_path, temporary, monkeypatch, forked_zygotes):
    handed_in = trivial(tmp_path, 3)
    monkeypatch.setattr(executor_module, "BYTES_UNDER_WAY", 1)
    taken, ended = [], 0
    with ThreadPoolExecutor(2) as pool:
        recorded = (taken.append(one) or one for one in handed_in)
        for _ in grade_with(pool, recorded, SETTINGS, here(), lambda: 3):
            ended += 1
            assert len(taken) == ended
    assert ended == 3


@pytest.mark.single  # test_a_lab_that_has_changed_is_opened_anew has a test file
def test_other_files_of_the_lab_are_noticed(tmp_path, temporary):
    with (
        ThreadPoolExecutor(1) as pool,
        pytest.raises(AutograderError, match="the files of the lab or of autograder are not the same there"),
    ):
        list(grade_with(pool, trivial(tmp_path, 1), SETTINGS, "0" * 64, two))


def test_other_versions_are_named(tmp_path, temporary, monkeypatch):
    shadow = tmp_path / "nbclient-0.0.1.dist-info"
    shadow.mkdir()
    (shadow / "METADATA").write_text("Metadata-Version: 2.1\nName: nbclient\nVersion: 0.0.1\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # for processes that start now, not for this one
    with (
        ThreadPoolExecutor(1) as pool,
        pytest.raises(
            AutograderError, match=r"other marks: nbclient is 0\.0\.1 there and 0\.\d+\.\d+ here\."
        ),
    ):
        list(grade_with(pool, trivial(tmp_path, 1), SETTINGS, here(), two))


def test_a_lab_that_has_changed_is_opened_anew(lab, tmp_path, temporary, forked_zygotes):
    config, question = lab / "grading_config.yml", lab / "questions" / "median.py"
    settings, handed_in = RunSettings(config), trivial(tmp_path, 1)
    with ThreadPoolExecutor(1) as pool:
        before = here(config)
        (first,) = grade_with(pool, handed_in, settings, before, two)
        question.write_text(question.read_text() + "\n# another one\n")
        after = here(config)
        (second,) = grade_with(pool, handed_in, settings, after, two)
        question.write_text(question.read_text() + "\n# and another one\n")
        # A change that this side has not seen: what was opened for it is not used a second time.
        for _ in range(2):
            (third,) = grade_with(pool, handed_in, settings, after, two)
            assert third.fingerprint == after
    assert (first.fingerprint, second.fingerprint) == (before, after)
    assert len(station._stations._idle) == 1


@pytest.mark.single  # test_a_lab_that_has_changed_is_opened_anew has a test file
def test_a_file_that_only_a_question_opens_is_looked_at_before_each_task(lab, tmp_path, temporary):
    config, question, limits = (
        lab / "grading_config.yml",
        lab / "questions" / "median.py",
        lab / "limits.json",
    )
    question.write_text(f"MEMORY = {{}}\n{question.read_text()}".replace(
        "assert median([3, 1, 2]) == 2,", f"MEMORY.setdefault(1, open({str(limits)!r}).read())\n    assert True,"
    ))  # fmt: skip
    settings, handed_in, before = RunSettings(config), trivial(tmp_path, 1), here(config)
    found = []
    with ThreadPoolExecutor(1) as pool:
        for text in ("1", "1", "2"):
            limits.write_text(text)
            found += grade_with(pool, handed_in, settings, before, two)
    assert before == here(config), "the name of the run does not tell"
    assert found[0].lab_files == found[1].lab_files != found[2].lab_files
    assert len(station._stations._idle) == 1


class Elsewhere(ThreadPoolExecutor):
    """A machine on which a question opens a file that is another one here."""

    def submit(self, function, *arguments):
        def run():
            answer = function(*arguments)
            opened = {**answer.grade.lab_files, "limits.json": "0" * 64}
            return replace(answer, grade=replace(answer.grade, lab_files=opened))

        return super().submit(run)


def test_a_machine_where_a_question_opens_another_file_is_named(tmp_path, temporary, forked_zygotes):
    with Elsewhere(1) as pool, pytest.raises(AutograderError, match=r"limits\.json is not the same there"):
        list(grade_with(pool, trivial(tmp_path, 1), SETTINGS, here(), two))


@pytest.mark.single  # test_a_lab_that_has_changed_is_opened_anew has one lab
def test_what_was_opened_for_another_lab_is_not_kept(lab, tmp_path, temporary):
    settings = RunSettings(lab / "grading_config.yml")
    expected = here(settings.config)
    question = lab / "questions" / "median.py"
    original = question.read_text()
    question.write_text(original + "\n# not what the parent has\n")
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(AutograderError, match="not the same there"):
            list(grade_with(pool, trivial(tmp_path, 1), settings, expected, two))
        question.write_text(original)  # the change has arrived
        (grade,) = grade_with(pool, trivial(tmp_path, 1), settings, expected, two)
    assert grade.fingerprint == expected


@pytest.mark.single  # test_an_executor_that_breaks_ends_the_run
def test_a_broken_lab_ends_the_run_and_names_the_machine(lab, tmp_path, temporary):
    (lab / "questions" / "median.py").write_text("this is no Python\n")
    with (
        ThreadPoolExecutor(2) as pool,
        pytest.raises(ConfigurationError, match=rf"^on {os.uname().nodename}: .*median\.py"),
    ):
        list(grade_with(pool, trivial(tmp_path, 3), RunSettings(lab / "grading_config.yml"), here(), two))
    station._stations.close()
    assert list(temporary.iterdir()) == []


def test_a_machine_in_trouble_costs_one_more_try(tmp_path, temporary, monkeypatch, forked_zygotes):
    missing = temporary / "missing"
    monkeypatch.setattr(tempfile, "tempdir", str(missing))
    asked = []

    def mend_after_a_failure():
        asked.append(1)
        if len(asked) == 2:
            missing.mkdir()
            missing.chmod(0o711)
        return 1

    with ThreadPoolExecutor(1) as pool:
        grades = list(grade_with(pool, trivial(tmp_path, 2), SETTINGS, here(), mend_after_a_failure))
    assert [(grade.submission.id, grade.status) for grade in grades] == [
        ("0", Status.GRADED),
        ("1", Status.GRADED),
    ]


def test_a_machine_that_stays_in_trouble_is_named_as_the_reason(
    tmp_path, temporary, monkeypatch, forked_zygotes
):
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "missing"))
    with ThreadPoolExecutor(1) as pool:
        grades = list(grade_with(pool, trivial(tmp_path, 2), SETTINGS, here(), two))
    assert sorted(grade.submission.id for grade in grades) == ["0", "1"]
    for grade in grades:
        assert (grade.status, grade.trouble) == (Status.NOT_GRADABLE, True)
        assert grade.reason.startswith("the machine that had it failed: FileNotFoundError: ")


@pytest.mark.thorough
def test_an_executor_that_breaks_ends_the_run(tmp_path, temporary):
    pool = executor("spawn")
    grades = grade_with(pool, trivial(tmp_path, 6), SETTINGS, here(), two)
    next(grades)
    for process in [*pool._processes.values()]:
        process.kill()
    with pytest.raises(AutograderError, match=r"the executor is gone.*BrokenProcessPool"):
        list(grades)
    pool.shutdown()
    wait_until(lambda: processes_below(temporary) == [])


def test_an_executor_that_was_shut_down_ends_the_run(tmp_path, temporary):
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(AutograderError, match="the executor is gone"):
        list(grade_with(pool, trivial(tmp_path, 1), SETTINGS, here(), two))


class Recording(ThreadPoolExecutor):
    """Threads that remember their tasks."""

    def __init__(self, workers):
        super().__init__(workers)
        self.futures = []

    def submit(self, *args, **kwargs):
        self.futures.append(super().submit(*args, **kwargs))
        return self.futures[-1]


def test_who_stops_listening_takes_back_what_has_not_begun(tmp_path, temporary, forked_zygotes):
    with Recording(1) as pool:
        grades = grade_with(pool, trivial(tmp_path, 8), SETTINGS, here(), lambda: 4)
        next(grades)
        grades.close()
        cancelled = [future.cancelled() for future in pool.futures]
    assert len(cancelled) == 4
    assert cancelled[2:] == [True, True]


def test_paths_reach_other_machines_whole(tmp_path, temporary, monkeypatch, forked_zygotes):
    monkeypatch.chdir(TOY_LAB)
    with Recording(1) as pool:
        relative = replace(SETTINGS, config=Path(CONFIG.name))
        list(grade_with(pool, trivial(tmp_path, 1), relative, here(), two))
    ((key, _),) = [one.key for one in station._stations._idle]
    assert key.config == CONFIG


# --- a real Dask cluster ---


def processes_below(folder: Path) -> list[str]:
    """Commands of the grading processes whose temporary files lie in ``folder``."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            if b"autograder." in command and str(folder).encode() in command + environment:
                found.append(command.decode(errors="replace"))
    return found


def family(pid: int) -> set[tuple[int, str]]:
    """A process and all that descend from it, each with the time of its start."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            parents[int(entry.parent.name)] = (int(fields[1]), fields[19])
    found = {pid}
    while more := {child for child, (parent, _) in parents.items() if parent in found} - found:
        found |= more
    return {(one, parents[one][1]) for one in found if one in parents}


def alive(processes: set[tuple[int, str]]) -> set[str]:
    """Those of the processes that still run, each described; one that has ended but that nobody reaped is not alive."""
    found = set()
    for pid, start in processes:
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text()
            fields = stat.rpartition(")")[2].split()
            if fields[19] == start and fields[0] not in "ZX":
                found.add(f"{stat} {Path(f'/proc/{pid}/cmdline').read_bytes()!r}")
    return found


class DaskCluster:
    """A scheduler and workers, each a process of its own on this machine."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        contact = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0",
            "--scheduler-file", contact, **environment,
        )  # fmt: skip
        wait_until(lambda: contact.is_file() and contact.read_bytes().endswith(b"}"))
        self.address = json.loads(contact.read_text())["address"]

    def _start(self, *arguments: object, **environment: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *map(str, arguments)], cwd=self.folder, env=os.environ | environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def worker(self, name: str, **environment: str) -> subprocess.Popen[bytes]:
        return self._start(
            "worker", self.address, "--host", "127.0.0.1", "--no-nanny", "--nthreads", 1, "--name", name,
            "--no-dashboard", "--local-directory", self.folder / name, **environment,
        )  # fmt: skip

    def end(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def dask_cluster(temporary):
    """Start a cluster with so many workers; it is ended with everything that it started."""
    pytest.importorskip("distributed")
    started = []

    def start(workers: int, **environment: str) -> DaskCluster:
        folder = temporary / "dask"
        folder.mkdir()
        one = DaskCluster(folder, **environment)
        started.append(one)
        for number in range(workers):
            one.worker(f"w{number}")
        return one

    yield start
    for one in started:
        one.end()
    wait_until(lambda: processes_below(temporary) == [])


def holds(pool, name: str) -> bool:
    """Whether the scheduler believes that the worker of this name has something to do."""
    client = pool._client
    workers = client.scheduler_info()["workers"]
    return any(client.processing()[address] for address, one in workers.items() if one["name"] == name)


@pytest.mark.slow
@pytest.mark.thorough  # test_a_machine_in_trouble_costs_one_more_try, with a real scheduler
def test_a_dask_worker_that_is_killed_loses_nothing_and_doubles_nothing(
    handed_in, local, temporary, dask_cluster, monkeypatch
):
    monkeypatch.setattr(dask_module, "LOOK_SECONDS", 0.2)
    running = dask_cluster(2)
    victim = running.processes[-1]
    killed: set[tuple[int, str]] = set()
    grades = []
    with dask_executor(running.address) as (pool, window):
        wait_until(lambda: window() == 4)
        for grade in grade_with(pool, handed_in, SETTINGS, here(), window):
            grades.append(grade)
            if not killed and holds(pool, "w1") and len(family(victim.pid)) >= 3:
                killed = family(victim.pid)  # the worker, a grading process, a fork server, a kernel perhaps
                victim.kill()
        assert window() == 2
    assert killed
    assert sorted(grade.submission.id for grade in grades) == sorted(local)
    for grade in grades:
        assert judged(grade) == local[grade.submission.id]
    victim.wait()
    wait_until(lambda: not alive(killed), lambda: f"still running: {alive(killed)}")
    # What the others kept for a next task ends with the run.
    wait_until(lambda: processes_below(temporary) == [])


@pytest.mark.slow
@pytest.mark.single  # an executor that breaks ends the run in every run of the tests
def test_a_submission_whose_workers_die_is_named_in_the_end(tmp_path, temporary, dask_cluster):
    running = dask_cluster(1, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    handed_in = write_class(tmp_path, {str(number): notebook_bytes(WORKS) for number in range(4)})
    grades = []
    with dask_executor(running.address) as (pool, window):
        for grade in grade_with(pool, handed_in, SETTINGS, here(), window):
            grades.append(grade)
            if len(running.processes) == 2 and holds(pool, "w0"):
                running.processes[-1].kill()
                running.worker("another")
    assert sorted(grade.submission.id for grade in grades) == ["0", "1", "2", "3"]
    lost = [grade for grade in grades if grade.status is Status.NOT_GRADABLE]
    assert 1 <= len(lost) <= 2
    for grade in lost:
        assert grade.trouble
        assert grade.reason == "1 worker(s) of the cluster died with it"


@pytest.mark.slow
@pytest.mark.thorough  # an executor that breaks ends the run in every run of the tests
def test_a_scheduler_that_is_killed_ends_the_run_without_noise(tmp_path, temporary, dask_cluster):
    running = dask_cluster(1)
    folder = tmp_path / "class"
    folder.mkdir()
    write_class(folder, {str(number): notebook_bytes(WORKS) for number in range(4)})
    code = f"""
import os, signal
from pathlib import Path
from autograder.cluster.dask_cluster import dask_executor
from autograder.cluster.executor import grade_with
from autograder.grading.run_settings import RunSettings
from autograder.errors import AutograderError
from autograder.model import Submission
handed_in = [Submission(file.stem, file.name, "", file=file) for file in sorted(Path({str(folder)!r}).iterdir())]
try:
    with dask_executor({running.address!r}) as (pool, window):
        for grade in grade_with(pool, handed_in, RunSettings(Path({str(CONFIG)!r})), {here()!r}, window):
            print(grade.submission.id, grade.status)
            os.kill({running.scheduler.pid}, signal.SIGKILL)
except AutograderError as reason:
    print(reason)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    first, last = done.stdout.splitlines()
    assert first.endswith(" graded")
    assert last.startswith("the executor is gone, and with it what was under way") or "connection" in last


@pytest.mark.slow
@pytest.mark.single  # test_other_versions_are_named
def test_workers_that_have_another_version_are_refused(tmp_path, temporary, dask_cluster):
    running = dask_cluster(0)
    shadow = tmp_path / "lab_autograder-0.0.1.dist-info"
    shadow.mkdir()
    (shadow / "METADATA").write_text("Metadata-Version: 2.1\nName: lab-autograder\nVersion: 0.0.1\n")
    running.worker("old", PYTHONPATH=str(tmp_path))
    with (
        pytest.raises(UsageError, match=r"the worker tcp://127\.0\.0\.1:\d+ has 0\.0\.1: install the same"),
        dask_executor(running.address),
    ):
        pass


def test_a_cluster_without_workers_is_a_usage_error(temporary, dask_cluster, monkeypatch):
    monkeypatch.setattr(dask_module, "WORKERS_SECONDS", 0.5)
    running = dask_cluster(0)
    with (
        pytest.raises(UsageError, match=rf"`dask worker {running.address}`"),
        dask_executor(running.address),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tls://127.0.0.1:1", "nonsense", "foo://bar:1"])
def test_an_address_where_nobody_answers_is_a_usage_error(monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask_module, "CONNECT_SECONDS", 0.5)
    with pytest.raises(UsageError, match=f"no Dask scheduler answers at {address}"), dask_executor(address):
        pass


def test_without_dask_the_command_says_what_to_install(tmp_path):
    (tmp_path / "distributed.py").write_text("raise ImportError('not installed')\n")
    code = (
        "from autograder.cluster.dask_cluster import dask_executor\n"
        "from autograder.errors import UsageError\n"
        "try:\n    dask_executor('tcp://127.0.0.1:1').__enter__()\nexcept UsageError as reason:\n    print(reason)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert (
        done.stdout == 'a cluster needs Dask: pip install ".[cluster]" in the checkout of the autograder\n'
    ), done.stderr
