"""Every attack gets exactly what the same notebook would get without it, and everybody else notices nothing.

All of them are graded in one run, with right submissions among them, and the whole report is written.
Then each attack is a test, and what must hold for the run as a whole is one.
"""

from __future__ import annotations

import base64
import csv
import ctypes
import json
import multiprocessing.resource_tracker
import os
import re
import select
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
import yaml
from autograder.class_run.run import grade_all
from autograder.cli import main
from autograder.grading.run_settings import RunSettings
from autograder.grading.student_text import LEFT_OUT, MOST_CHARACTERS, MOST_LINES
from autograder.model import Ending, Grade, Status, Submission
from autograder.report import terminal
from autograder.report.formulas import ATTRIBUTES, TAGS
from autograder.report.pages import TEMPLATES
from autograder.report.write import write_report, write_submission

from tests.conftest import ROOT, TOY_LAB, entry_of, notebook_bytes

from .attack_cases import (
    CASE_NUMBER,
    KINDS,
    LABS,
    Attack,
    all_attacks,
    asked,
    attack_cell,
    base_cells,
    mark_of,
    notebook,
)
from .cases import POINTS, Cell, as_notebook, parse

pytestmark = pytest.mark.slow

ATTACKS = all_attacks()

SMALL_LIMITS = {
    "cell_seconds": 5, "notebook_seconds": 40, "request_seconds": 3, "submission_seconds": 90,
    "memory_mb": 1500, "disk_mb": 30, "disk_files": 500, "file_mb": 20, "output_mb": 4, "reply_mb": 16,
    "notebook_mb": 20, "open_files": 256, "threads": 48, "busy_factor": 20,
}  # fmt: skip
"""Limits that are reached in seconds, but not for want of a processor; everything else is the lab's own
configuration."""

DEADLINES = {
    "whole": {},
    "hurried": {"cell_seconds": 2, "notebook_seconds": 30, "request_seconds": 1, "submission_seconds": 60},
    "small": {"cell_seconds": 20, "notebook_seconds": 60, "request_seconds": 10},
}
"""What differs by lab, in seconds: no attack of the small lab may meet one before the limit that it is about."""

LOSS = {"loss": POINTS["loss"]}
QUESTIONS = {"small": LOSS, "hurried": LOSS, "whole": POINTS}
"""What each lab asks, and the points."""

CORES = len(os.sched_getaffinity(0))
JOBS = {"whole": CORES, "hurried": 2 * CORES, "small": CORES}
"""Who waits for a deadline leaves the processor to others."""

SMALL_LAB = "another lab's notebook? It has 2 of "
"""How the flag begins that every notebook of the small labs gets: they have few names of the template."""

SECRET = "SECRET-5b1f0c6e9ad34e53"

BETWEEN_CONTROLS = 40

PR_SET_CHILD_SUBREAPER = 36

HOSTILE_NAME = '=HYPERLINK("http://x";"y")<img src=x onerror=alert(1)>\x1b[31m\u202e\x00\r\n@SUM(1)'
"""Under which every attack on the report is handed in."""


@dataclass
class Run:
    """What one run of all attacks left behind."""

    grades: dict[str, Grade] = field(default_factory=dict)
    controls: list[Grade] = field(default_factory=list)
    harmless: Grade | None = None
    report: Path = Path()
    lines: list[str] = field(default_factory=list)
    left_files: list[str] = field(default_factory=list)
    left_processes: list[str] = field(default_factory=list)


@contextmanager
def place() -> Iterator[Path]:
    """A folder outside of pytest's own, which student users could not even pass.

    Everybody may read it, so that nothing but the sandbox protects what lies in it, and its path is short,
    since the path of a socket holds 107 bytes.
    """
    with tempfile.TemporaryDirectory(prefix="at-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Have this process and the workers put temporary files there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield


def small_configuration(lab: str) -> str:
    """The lab's own configuration with limits that are reached soon, and the questions of the small lab or all."""
    config = yaml.safe_load((ROOT / "grading_config.yml").read_text("utf-8"))
    assert SMALL_LIMITS.keys() <= config["limits"].keys()
    config["limits"] |= SMALL_LIMITS | DEADLINES[lab]
    config["questions"] = [question for question in config["questions"] if question["name"] in QUESTIONS[lab]]
    del config["corpus"]  # of the other questions
    return yaml.safe_dump(config, sort_keys=False)


def lab_with_small_limits(folder: Path, lab: str) -> Path:
    """A configuration in ``folder``, with the lab linked beside it and a secret; its path."""
    folder.mkdir()
    for name in ("reference", "tests", "student_template"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "grading_config.yml").write_text(small_configuration(lab), "utf-8")
    (folder / "secret.txt").write_text(SECRET)
    return folder / "grading_config.yml"


def control(lab: str) -> bytes:
    """A right submission; it holds the secret too, as the notebook of another student might."""
    secret = Cell("secret", f"# my password is {SECRET}", "markdown")
    solved = base_cells("solved")
    if lab != "whole":
        solved = [*base_cells("unsolved", lab), *(cell for cell in solved if cell.name == "loss")]
    return as_notebook([*solved, secret])


def harmless() -> bytes:
    """Mistakes of every kind that a page tells of: errors, endings, answers, repairs."""
    extra = parse(
        "# %% error\nundefined_name\n# %% dies\nimport os; os._exit(1)\n# %% late\nimport time; time.sleep(600)\n"
        "# %% loss\ndef mse_loss_func(y_true, y_pred):\n    raise ValueError('too difficult')\n"
    )
    data = as_notebook([*base_cells("unsolved"), *extra, Cell("answer", "My derivation.", "markdown")])
    tagged = data.replace(
        b'"id": "009-answer",\n   "metadata": {}',
        b'"id": "009-answer",\n   "metadata": {"autograder": {"manual": "derivation_general"}}, "attachments": {"a": {}}',
    )
    assert tagged != data
    return tagged


def descendants() -> dict[int, str]:
    """The living processes below this one, orphans included, with what they are called."""
    parents: dict[int, list[int]] = {}
    commands = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents.setdefault(int(parent), []).append(int(entry.name))
                commands[int(entry.name)] = (entry / "cmdline").read_bytes().decode(errors="replace")
    found, waiting = {}, [os.getpid()]
    while waiting:
        for child in parents.get(waiting.pop(), []):
            found[child] = commands[child]
            waiting.append(child)
    return found


def survivors(before: dict[int, str]) -> list[str]:
    """New descendants that do not end by themselves within ten seconds.

    Not every process with a student's user id: another run on this machine may use the same ones.
    """
    left = []
    for pid, command in descendants().items():
        if pid in before:
            continue
        with suppress(ProcessLookupError):
            pidfd = os.pidfd_open(pid)
            try:
                watched = select.poll()
                watched.register(pidfd, select.POLLIN)
                if not watched.poll(10_000):
                    left.append(f"{pid}: {command}")
            finally:
                os.close(pidfd)
    return left


def handed_in(folder: Path, lab: str, attacks: Iterable[Attack]) -> list[Submission]:
    """Those of the attacks that are on this lab and the right submissions among them: first, last, and every few attacks."""
    folder.mkdir()
    submissions: list[Submission] = []

    def hand_in(name: str, data: bytes, student: str) -> None:
        number = len(submissions)
        file = folder / f"{number}.ipynb"
        file.write_bytes(data)
        submissions.append(Submission(f"{lab}-{number:03d}", name, student, file=file))

    for number, attack in enumerate(attack for attack in attacks if attack.lab == lab):
        if number % BETWEEN_CONTROLS == 0:
            hand_in("control", control(lab), "anna")
        hand_in(attack.name, notebook(attack), HOSTILE_NAME if attack.kind == "reporting" else attack.name)
    if lab == "whole":
        hand_in("harmless", harmless(), "bert")
    hand_in("control", control(lab), "anna")
    return submissions


@pytest.fixture(scope="module")
def run(request, tmp_path_factory) -> Run:
    """Grade all attacks that have a test in this run, once, and write the whole report."""
    # Orphans of ours become children of this process, wherever they tried to hide.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    multiprocessing.resource_tracker.ensure_running()  # the pool's, one for the whole test session
    before = descendants()
    done = Run(report=tmp_path_factory.mktemp("report"))
    with place() as folder, pytest.MonkeyPatch.context() as patch:
        configs = {lab: lab_with_small_limits(folder / lab, lab) for lab in LABS}
        for secret in ("home/anna/secret.txt", "home/anna/.ssh/id_ed25519"):
            (folder / secret).parent.mkdir(parents=True, exist_ok=True)
            (folder / secret).write_text(SECRET)
        patch.setenv("AUTOGRADER_TEST_SECRET", SECRET)
        settings = {lab: RunSettings(configs[lab], case_number=CASE_NUMBER) for lab in LABS}
        submissions = {lab: handed_in(folder / f"to the {lab} lab", lab, asked(request)) for lab in LABS}
        temporary = folder / "t"
        temporary.mkdir(mode=0o711)
        everything: dict[str, Grade] = {}
        with temporary_files_in(temporary):
            for lab in LABS:
                for grade in grade_all(submissions[lab], settings[lab], jobs=JOBS[lab]):
                    write_submission(done.report, grade, "The lab")
                    done.lines.append(terminal.line(grade))
                    everything[grade.submission.id] = grade
        done.left_processes = survivors(before)
        done.left_files = sorted(path.name for path in temporary.iterdir())
    in_order = [everything[submission.id] for lab in LABS for submission in submissions[lab]]
    write_report(done.report, list(map(entry_of, in_order)), "The lab", list(POINTS), ["derivation_general"])
    done.controls = [grade for grade in in_order if grade.submission.source == "control"]
    done.harmless = next(grade for grade in in_order if grade.submission.source == "harmless")
    done.grades = {grade.submission.source: grade for grade in in_order}
    return done


def marks(grade: Grade) -> dict[str, float]:
    """The questions that earned something."""
    return {question.name: question.points for question in grade.questions if question.points}


def told(grade: Grade) -> dict[str, list[str]]:
    """What each question said, for a failing test."""
    return {
        question.name: [f"{case.message} {case.evidence}"[:300] for case in question.cases if case.message]
        for question in grade.questions
    }


# --- each attack --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attack",
    [pytest.param(one, id=one.name, marks=mark_of(one)) for one in ATTACKS],
)
def test_attack(attack: Attack, run: Run):
    grade = run.grades[attack.name]
    assert grade.status is attack.status, grade.reason
    if grade.status is Status.GRADED:
        assert [question.name for question in grade.questions] == list(QUESTIONS[attack.lab])
    assert marks(grade) == dict(attack.marks), (attack.why, told(grade))
    if attack.endings:
        cell = attack_cell(notebook(attack))
        found = {run.index: run for run in grade.cells}[cell]
        assert found.ending in attack.endings, (attack.why, found)
    for limit in attack.limits:
        assert any(hit.startswith(limit) for hit in grade.limits_hit), (limit, grade.limits_hit)
    for flag in attack.flags:
        assert any(flag in one for one in grade.flags), (flag, grade.flags)
    if attack.kind != "exhausting":
        assert grade.seconds <= SMALL_LIMITS["submission_seconds"], attack.why


# --- the others ---------------------------------------------------------------------------------


def test_right_submissions_among_the_attacks_get_all_marks(run):
    for grade in run.controls:
        assert grade.status is Status.GRADED, grade.reason
        assert marks(grade) == QUESTIONS[grade.submission.id.partition("-")[0]], told(grade)
        assert [cell.ending for cell in grade.cells] == [Ending.FINISHED] * len(grade.cells)
        assert not [flag for flag in grade.flags if not flag.startswith(SMALL_LAB)]
        assert not grade.limits_hit
    assert len(run.controls) >= 2 * len(LABS)


def test_ordinary_mistakes_among_the_attacks_are_told_as_ever(run):
    assert run.harmless.status is Status.GRADED
    assert marks(run.harmless) == {}
    endings = [cell.ending for cell in run.harmless.cells]
    assert endings[-4:] == [Ending.RAISED, Ending.DIED, Ending.TIMED_OUT, Ending.FINISHED]
    assert "My derivation." in (run.report / "feedback" / f"{run.harmless.submission.id}.html").read_text(
        "utf-8"
    )


def test_no_file_of_the_report_holds_a_secret(run):
    files = [path for path in run.report.rglob("*") if path.is_file()]
    assert len(files) == 2 * (len(run.grades) + len(run.controls) - 1) + 2
    for file in files:
        assert SECRET.encode() not in file.read_bytes(), file.name


def test_notebooks_as_they_ran_hold_nothing_that_acts(run):
    """Valid, none of the students' metadata, and of their outputs only text, errors and pictures."""
    for name, grade in run.grades.items():
        if not grade.executed:
            assert grade.status is Status.NOT_GRADABLE, name
            continue
        assert name == "control" or SECRET.encode() not in grade.executed  # which has written it itself
        notebook = json.loads(grade.executed)
        nbformat.validate(notebook)
        assert set(notebook["metadata"]) <= {"kernelspec", "language_info", "autograder"}
        for cell in notebook["cells"]:
            assert set(cell["metadata"]) <= {"autograder"}
            for output in cell.get("outputs", ()):
                check_output(output)


def check_output(output):
    data = output.get("data", {})
    assert set(data) <= {"text/plain", "image/png", "image/jpeg"}
    assert output.get("metadata", {}) == {}
    for kind in set(data) - {"text/plain"}:
        assert base64.b64decode(data[kind], validate=True).startswith((b"\x89PNG", b"\xff\xd8\xff"))
    texts = [output.get("text"), output.get("ename"), output.get("evalue"), data.get("text/plain")]
    for text in filter(None, [*texts, *output.get("traceback", ())]):
        without_colours = re.sub(r"\x1b\[[0-9;]*m", "", text)
        assert not re.search(
            "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", without_colours
        )


def test_no_temporary_file_is_left(run):
    assert run.left_files == []


def test_no_process_is_left(run):
    assert run.left_processes == []


def test_there_are_enough_of_each_kind():
    counts = Counter(attack.kind for attack in ATTACKS)
    assert len(ATTACKS) >= 40
    assert all(counts[kind] >= 5 for kind in KINDS), counts
    assert sum(attack.unconfined for attack in ATTACKS) >= 5


# --- the report ---------------------------------------------------------------------------------

CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

SAFE_LINK = re.compile(
    r"#[A-Za-z0-9_-]+|(feedback|results|executed)/[A-Za-z0-9._-]+\.(html|json|ipynb)|grades\.csv"
    r"|data:image/(png|jpeg);base64,[A-Za-z0-9+/]+=*"  # a picture of an answer: bytes of a bitmap, never an SVG
)


class Markup(HTMLParser):
    """The elements and attributes of a page, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.links: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.found |= {f"{tag} {name}" for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}

    def handle_comment(self, data: str) -> None:
        self.found.add("comment")

    def handle_decl(self, decl: str) -> None:
        self.found.add(decl)


def our_markup() -> set[str]:
    """What the templates are made of, and formulas: all that a page may be made of."""
    templates = set().union(*(Markup(file.read_text("utf-8")).found for file in TEMPLATES.glob("*.html")))
    return templates | {
        *("math", "math display", "mtd class", "mi mathvariant"),
        *(f"{tag} {name}".strip() for tag in TAGS for name in ("", *ATTRIBUTES)),
    }


def test_no_page_is_made_of_anything_that_a_student_wrote(run):
    ours = our_markup()
    assert {"h1", "pre dir", "a href", "td class"} <= ours
    assert not [one for one in ours if one in ("script", "iframe", "object", "embed", "form") or " on" in one]
    for file in run.report.rglob("*.html"):
        page = Markup(file.read_text("utf-8"))
        assert page.found <= ours, (file.name, page.found - ours)
        assert all(SAFE_LINK.fullmatch(link) for link in page.links), (file.name, page.links)


def test_what_students_wrote_is_in_the_pages_as_text(run):
    page = (
        run.report / "feedback" / f"{run.grades['reporting_markup_in_errors'].submission.id}.html"
    ).read_text("utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_what_hidden_cases_hand_out_is_not_in_the_feedback(run):
    grade = run.grades["reporting_the_inputs_of_hidden_cases"]
    told = {
        line
        for question in grade.questions
        for case in question.cases
        for text in (case.message, case.help, case.evidence, case.repeat)
        for line in text.splitlines()
        if text != case.repeat or line.startswith("# yours")  # all else in it is the lab's own example
    }
    assert any(LEFT_OUT in line for line in told)
    digits = sum(one.isdigit() for line in told if not line.startswith("code cell") for one in line)
    assert digits < MOST_CHARACTERS + 100  # what checks say of shapes; one case has some thousand digits
    assert sum(line.startswith("code cell") for line in told) <= MOST_LINES


def test_no_control_character_is_in_any_file_or_line(run):
    for file in run.report.rglob("*"):
        if file.is_file():
            assert not CONTROL_CHARACTERS.search(file.read_text("utf-8")), file.name
    for line in run.lines:
        assert not CONTROL_CHARACTERS.search(line)
        assert "\n" not in line
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029]", line)
        assert len(line) < 500


def test_no_cell_of_the_table_is_a_formula(run):
    check_table(run.report / "grades.csv", len(run.grades) + len(run.controls) - 1)


def check_table(file: Path, expected_rows: int) -> None:
    """Every row is there, complete, and holds nothing that a spreadsheet would compute."""
    with file.open(encoding="utf-8", newline="") as text:
        header, *rows = csv.reader(text)
    assert len(rows) == expected_rows
    for row in rows:
        assert len(row) == len(header)
        assert not any(cell.startswith(FORMULA_STARTS) for cell in row), row


HOSTILE_MEMBERS = (
    '=HYPERLINK("http:__x","y").ipynb',
    "+cmd|' _C calc'!A0.ipynb",
    "@SUM(1).ipynb",
    "-2+3.ipynb",
    "\t=1+1.ipynb",
    "\x1b[31mred\x1b]0;title\x07.ipynb",
    "<img src=x onerror=alert(1)>/<script>alert(1)<_script>.ipynb",
    "n" * 3000 + ".ipynb",
    "folder" * 100 + "/" + "deep/" * 200 + "notebook.ipynb",
    "\u202egnp.ipynb",
    "\u200b\ufeff=1.ipynb",
    "line\nbreak\r\n=1.ipynb",
    "CON.ipynb",
    "'; rm -rf ~; '.ipynb",
    "$(touch x) `touch y` %n%s.ipynb",
    "[link=http://x]click[/link] :boom: [red]x[/].ipynb",
    "{{ 7*7 }}{% raw %}.ipynb",
)
OUTSIDE_MEMBERS = (
    "../../outside.ipynb",
    "/tmp/outside.ipynb",
    "a/../../../outside.ipynb",
    "C:\\outside.ipynb",
    "..\\outside.ipynb",
)


def test_hostile_names_in_an_upload(tmp_path, capsys):
    archive, out = tmp_path / "upload.zip", tmp_path / "out"
    raising = notebook_bytes("raise type('=1<b>', (Exception,), {})('\x1b[31m@SUM(1)<script>')")
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in (*HOSTILE_MEMBERS, *OUTSIDE_MEMBERS):
            zipped.writestr(name, raising)
    before = set(tmp_path.parent.rglob("*"))
    config = TOY_LAB / "grading_config.yml"
    code = main(["grade", str(archive), "--out", str(out), "--jobs", "2", "--config", str(config)])
    assert code in (0, 3)
    shown = capsys.readouterr().out
    assert not CONTROL_CHARACTERS.search(shown)
    # Left to right and right to left: nothing on the terminal may be reordered by a name.
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", shown)
    check_table(out / "grades.csv", len(HOSTILE_MEMBERS) + len(OUTSIDE_MEMBERS))
    with (out / "grades.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert sum(row["status"] == "graded" for row in rows) >= len(HOSTILE_MEMBERS)
    assert set(tmp_path.parent.rglob("*")) - before <= {out, *out.rglob("*")}
    for path in (Path("/tmp/outside.ipynb"), tmp_path / "outside.ipynb", tmp_path.parent / "outside.ipynb"):
        assert not path.exists()
    graded = sum(row["status"] == "graded" for row in rows)
    assert len([*(out / "executed").iterdir()]) == graded
    folders = ("feedback", "results", "executed")
    names = [path.name for folder in folders for path in (out / folder).iterdir()]
    assert len(names) == 2 * len(rows) + graded
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,250}", name) for name in names)
    for file in out.rglob("*.html"):
        page = Markup(file.read_text("utf-8"))
        assert page.found <= our_markup(), (file.name, page.found - our_markup())
        assert all(SAFE_LINK.fullmatch(link) for link in page.links), (file.name, page.links)
    for file in out.rglob("*"):
        if file.is_file():
            assert not CONTROL_CHARACTERS.search(file.read_text("utf-8")), file.name


# --- what the attacks would get without a sandbox -----------------------------------------------


REAL = [attack for attack in ATTACKS if attack.unconfined]
ONE_OF_EACH_KIND = frozenset(
    "escaping_writes_elsewhere exhausting_the_system_with_record_locks spying_other_submissions".split()
)


@pytest.mark.parametrize(
    "real",
    [
        pytest.param(
            [one for one in REAL if one.name in ONE_OF_EACH_KIND],
            id="one of each kind",
            marks=pytest.mark.thorough,
        ),
        pytest.param(REAL, id="all", marks=pytest.mark.single),
    ],
)
def test_attacks_that_the_sandbox_stops_are_real(real):
    assert {one.kind for one in real} == {one.kind for one in REAL}
    with place() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOGRADER_TEST_SECRET", SECRET)
        (folder / "t").mkdir(mode=0o711)
        found = {}
        for lab in LABS:
            settings = RunSettings(lab_with_small_limits(folder / lab, lab), enforce=False)
            submissions = []
            for attack in real:
                if attack.lab == lab:
                    file = folder / f"{attack.name}.ipynb"
                    file.write_bytes(notebook(attack))
                    submissions.append(Submission(attack.name, attack.name, attack.name, file=file))
            if submissions:  # whatever is graded starts processes that import torch
                with temporary_files_in(folder / "t"):
                    graded = grade_all(submissions, settings, JOBS[lab])
                    found |= {grade.submission.id: marks(grade) for grade in graded}
    assert found == {attack.name: dict(attack.gains) for attack in real}
