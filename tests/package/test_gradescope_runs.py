"""The archive at work: an image is built from it, submissions run in containers, as root, under /autograder.

``gradescope_host.sh`` stands for Gradescope's machine. The image brings the packages of this environment, so
that nothing is downloaded; everything else is what ``setup.sh`` and ``run_autograder`` do there too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, notebook_bytes
from tests.corpus.cases import POINTS, all_cases
from tests.corpus.cases import notebook as of_corpus
from tests.package.gradescope_schema import CONTROL, problems, shape, texts

# In every run, tests/engine/test_lab_values.py packs a lab and runs it as Gradescope does, without a container.
pytestmark = [pytest.mark.slow, pytest.mark.thorough]

HOST = Path(__file__).with_name("gradescope_host.sh")
MISTAKE = "mistakes/grad_w/wraps_around"

RIGHT_LOSS = "def mse_loss_func(y, y_hat):\n    return (y - y_hat) ** 2"
HOSTILE = notebook_bytes(
    f"""
import os
won = []
for place in ("/autograder/source/lab/tests/questions", "/autograder/results", "/autograder/submission"):
    try:
        won.append(os.listdir(place))
    except OSError:
        pass
try:
    with open("/autograder/results/results.json", "w") as file:
        won.append(file.write('{{"score": 25}}'))
except OSError:
    pass
if not won:
    {RIGHT_LOSS.replace(chr(10), chr(10) + "    ")}
""",
    "print('\\x1b[2J<script>')\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "class RNN:\n    def __init__(self, *sizes):\n        raise ValueError('\\x1b]0;title\\x07<b>bold</b>')",
)

# Runs its arguments on a system without Landlock, as an old one is.
WITHOUT_LANDLOCK = """
import errno, os, sys
import pyseccomp
filter = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
filter.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "landlock_create_ruleset")
filter.load()
os.execv(sys.argv[1], sys.argv[1:])
"""

# Runs its arguments and kills what grades as soon as it is there, as a system without memory does.
KILLED = """
import os, pathlib, signal, subprocess, sys
run = subprocess.Popen(sys.argv[1:])
killed = False
while run.poll() is None and not killed:
    try:
        for child in pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split():
            if b"gradescope_run" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
                killed = True
    except OSError:
        continue  # one of the short commands before it, already gone
sys.exit(run.wait() or not killed)
"""

METADATA = {
    "id": 1, "created_at": "2026-11-20T10:00:00.000000+01:00",
    "assignment": {"due_date": "2026-11-01T10:00:00.000000+01:00", "title": "Lab", "total_points": "25.0"},
    "users": [{"email": "a@example.org", "id": 1, "name": "A <b>"}], "previous_submissions": [],
}  # fmt: skip


def reference() -> bytes:
    return (ROOT / "reference" / "rnn_lab.ipynb").read_bytes()


def corpus(name: str) -> bytes:
    return of_corpus(next(case for case in all_cases() if case.name == name))


def cases() -> dict[str, dict[str, bytes]]:
    """Files below a case's folder, by case."""
    mistake = corpus(MISTAKE)
    return {
        "reference": {"submission/rnn_lab.ipynb": reference()},
        "mistake": {"submission/My Lab (final).ipynb": mistake, "memory.max": b"3221225472\n"},
        "hostile": {"submission/rnn_lab.ipynb": HOSTILE},
        "no notebook": {"submission/report.pdf": b"%PDF", "submission/code/rnn.py": b"x = 1"},
        "nothing": {"submission/.keep": b""},
        "damaged": {"submission/rnn_lab.ipynb": b"PK\x03\x04 not a notebook \x1b[2J"},
        "two": {"submission/a.ipynb": notebook_bytes("a = 1"), "submission/b.ipynb": notebook_bytes("b = 2")},
        "one of two named": {"submission/old/other.ipynb": notebook_bytes("a = 1"), "submission/rnn_lab.ipynb": notebook_bytes(RIGHT_LOSS)},
        "small container": {"submission/rnn_lab.ipynb": reference(), "memory.max": b"805306368\n"},
        "no sandbox": {"submission/rnn_lab.ipynb": reference(), "launcher.py": WITHOUT_LANDLOCK.encode()},
        "killed": {"submission/rnn_lab.ipynb": reference(), "launcher.py": KILLED.encode()},
    }  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What Gradescope has after a run."""

    status: int
    results: dict[str, Any]
    log: str


@pytest.fixture(scope="module")
def ran(gradescope_archive, tmp_path_factory) -> dict[str, Ran]:
    """What became of each case."""
    wanted = cases()
    folder = tmp_path_factory.mktemp("gradescope")
    if not can_have_containers(folder):
        pytest.skip("root's right to mount is needed, for containers that change nothing on this machine")
    with zipfile.ZipFile(gradescope_archive) as archive:
        for member in archive.infolist():
            file = Path(archive.extract(member, folder / "source"))
            file.chmod(member.external_attr >> 16 & 0o777)
    for case, files in wanted.items():
        for name, data in files.items():
            file = folder / "cases" / case / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            os.utime(file, (1_700_000_000, 1_700_000_000))
    (folder / "submission_metadata.json").write_text(json.dumps(METADATA))
    command = ["unshare", "--mount", "--propagation", "private", "bash", HOST, folder, sys.prefix]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr + (folder / "setup.log").read_text()
    return {
        case: Ran(
            int((folder / "cases" / case / "status").read_text()),
            json.loads((folder / "cases" / case / "results" / "results.json").read_text()),
            (folder / "cases" / case / "log").read_text(errors="replace"),
        )
        for case in wanted
    }


def can_have_containers(folder: Path) -> bool:
    """Whether a layer can be put over a folder of this machine, in a mount namespace of its own."""
    place = folder / "probe"
    place.mkdir()
    layers = f"mount -t tmpfs t {place} && cd {place} && mkdir u w m && mount -t overlay o -o lowerdir=/,upperdir=u,workdir=w m"
    try:
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", layers]
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def points(ran: Ran) -> list[float]:
    return [test["score"] for test in ran.results["tests"]]


@pytest.mark.parametrize("case", cases())
def test_there_are_results_whatever_happened(case, ran):
    assert ran[case].status == 0
    assert not shape(ran[case].results)
    assert not [text for text in texts(ran[case].results) if CONTROL.search(text)]
    assert not os.path.lexists("/autograder"), "the container's folder is only in the container"


@pytest.mark.parametrize(
    "case",
    ["reference", "mistake", "hostile", "no notebook", "nothing", "damaged", "two", "one of two named"],
)
def test_a_mark_is_one_by_the_documented_schema(case, ran):
    assert not problems(ran[case].results)


def test_the_reference_gets_every_point(ran):
    assert points(ran["reference"]) == list(POINTS.values())
    assert {test["status"] for test in ran["reference"].results["tests"]} == {"passed"}
    assert "landlock" in " ".join(ran["reference"].results["extra_data"]["sandbox"])


def test_a_mistake_costs_its_question_and_says_why_however_late_it_is(ran):
    lost = {
        question
        for question, score in zip(POINTS, points(ran["mistake"]), strict=True)
        if score < POINTS[question]
    }
    assert lost == {"grad_w"}
    [told] = [test for test in ran["mistake"].results["tests"] if test["status"] == "failed"]
    assert len(told["output"]) > 100


def test_a_hostile_notebook_gets_what_is_honest_in_it_and_forges_nothing(ran):
    found = dict(zip(POINTS, points(ran["hostile"]), strict=True))
    assert found == dict.fromkeys(POINTS, 0) | {"loss": 1}
    assert "kernel" in ran["hostile"].results["output"]
    assert "flag: 1 cell(s) ended the kernel" in ran["hostile"].log
    assert "\x1b" not in ran["hostile"].log


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("no notebook", "only code/rnn.py, report.pdf"),
        ("nothing", "no notebook"),
        ("damaged", "notebook"),
        ("two", "2 notebooks, and nothing tells which is meant"),
    ],
)
def test_what_a_student_can_mend_is_a_zero_that_says_so(case, words, ran):
    assert ran[case].results["score"] == 0
    assert words in ran[case].results["output"]


def test_of_two_notebooks_the_one_that_the_lab_names_is_graded_and_the_other_named(ran):
    assert sum(points(ran["one of two named"])) == POINTS["loss"]
    assert "other.ipynb" in ran["one of two named"].results["output"]


@pytest.mark.parametrize(
    ("case", "to_all", "to_the_team"),
    [
        ("small container", "768 MB of memory", "SandboxError"),
        ("no sandbox", "Landlock", "PolicyNotEnforced"),
        ("killed", "", "run the autograder again"),
    ],
)
def test_trouble_of_ours_is_no_mark(case, to_all, to_the_team, ran):
    assert "score" not in ran[case].results
    assert "tests" not in ran[case].results
    assert "not a mark" in ran[case].results["output"]
    assert to_all in ran[case].results["output"]
    assert to_the_team in ran[case].log


def test_nothing_of_hidden_tests_reaches_a_student_but_what_the_feedback_page_says(ran):
    for case in ran.values():
        shown = json.dumps(case.results)
        assert "/autograder/source" not in shown
        assert "tests/questions" not in shown
        assert "checks.require" not in shown
