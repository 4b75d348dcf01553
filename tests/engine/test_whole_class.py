"""A class and its results over several runs: used again, gone on with, graded again, never mixed up."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.class_run.earlier import check_same_lab
from autograder.config.load import load
from autograder.errors import UsageError
from autograder.grading.run_settings import RunSettings
from autograder.model import Submission
from autograder.store.run import RUN_FILE, Run, before, remember
from tests.conftest import TOY_LAB, notebook_bytes
from tests.engine.processes import PATIENCE, run_here, start, started_below, wait_until, with_patience

MEDIAN = "def median(v):\n    v = sorted(v); n = len(v)\n    return v[n//2] if n % 2 else (v[n//2-1] + v[n//2]) / 2"
LOWER_MEDIAN = "def median(v):\n    return sorted(v)[(len(v) - 1) // 2]"


@pytest.fixture
def lab(tmp_path):
    """The toy lab in a place where it may be changed; its configuration."""
    shutil.copytree(TOY_LAB, tmp_path / "lab")
    return tmp_path / "lab" / "grading_config.yml"


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


def hand_in(folder, name, *cells):
    (folder / f"{name}.ipynb").write_bytes(notebook_bytes(*cells))


def grade(folder, tmp_path, lab, *more):
    return run_here("grade", folder, "--out", tmp_path / "out", "--config", lab, *more)


def table(out: Path) -> list[dict[str, str]]:
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Whose results were used again, as the command says."""
    assert done.returncode in (0, 3), done.stderr
    return {line.split()[2] for line in done.stdout.splitlines() if line.endswith("(known)")}


def change(lab, name, old, new):
    """Edit a file of the lab beside its configuration."""
    file = lab.parent / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_what_is_known_is_used_again_and_the_rest_is_graded(place, tmp_path, lab):
    for name, cell in (("ann", MEDIAN), ("ben", LOWER_MEDIAN), ("cem", "pass")):
        hand_in(place, name, cell)
    (place / "dud.ipynb").write_text("no notebook")
    assert known(grade(place, tmp_path, lab)) == set()
    first = table(tmp_path / "out")
    files = sorted((tmp_path / "out").rglob("*.*"))
    assert known(grade(place, tmp_path, lab)) == {"ann", "ben", "cem", "dud"}
    assert table(tmp_path / "out") == first
    assert sorted((tmp_path / "out").rglob("*.*")) == files
    hand_in(place, "ben", MEDIAN)
    assert known(grade(place, tmp_path, lab)) == {"ann", "cem", "dud"} | {"ben"}  # ann's bytes, ann's result
    hand_in(place, "ben", MEDIAN, "x = 1")
    assert known(grade(place, tmp_path, lab)) == {"ann", "cem", "dud"}
    assert [row["score"] for row in table(tmp_path / "out")] == ["2", "2", "0", ""]
    assert known(grade(place, tmp_path, lab, "--no-cache")) == set()


@pytest.mark.parametrize(
    ("name", "old", "new", "grades_again"),
    [
        ("grading_config.yml", "title: Median", "title: The middle", False),
        ("grading_config.yml", "  reply_mb:", "  archive_members: 19\n  reply_mb:", True),
        ("questions/median.py", "the median of 3, 1, 2 is 2", "3, 1, 2 have the median 2", True),
    ],
)
def test_what_decides_a_mark_grades_again_and_nothing_else(
    place, tmp_path, lab, name, old, new, grades_again
):
    hand_in(place, "ann", MEDIAN)
    grade(place, tmp_path, lab)
    change(lab, name, old, new)
    assert known(grade(place, tmp_path, lab)) == (set() if grades_again else {"ann"})
    if name == "grading_config.yml" and not grades_again:
        (page,) = (tmp_path / "out" / "feedback").glob("*.html")
        assert "The middle" in page.read_text(encoding="utf-8")


def test_a_module_that_a_test_imports_decides_too(place, tmp_path, lab):
    (lab.parent / "answers.py").write_text("EVEN = 2.5\n")
    change(lab, "questions/median.py", "from otter", "from answers import EVEN\nfrom otter")
    change(lab, "questions/median.py", "== 2.5", "== EVEN")
    hand_in(place, "ann", MEDIAN)
    grade(place, tmp_path, lab)
    assert table(tmp_path / "out")[0]["score"] == "2"
    (lab.parent / "answers.py").write_text("EVEN = 3\n")
    assert known(grade(place, tmp_path, lab)) == set()
    assert table(tmp_path / "out")[0]["score"] == "0"


@pytest.mark.parametrize(
    "more",
    [
        ("--seed", "8"),
        pytest.param(("--sandbox", "none"), marks=pytest.mark.single),
        pytest.param(("--all-cells",), marks=pytest.mark.single),
    ],
)
def test_a_result_made_otherwise_is_not_used(place, tmp_path, lab, more):
    hand_in(place, "ann", MEDIAN)
    grade(place, tmp_path, lab, *more)
    assert known(grade(place, tmp_path, lab)) == set()
    assert known(grade(place, tmp_path, lab)) == {"ann"}


def test_a_result_that_was_damaged_or_met_trouble_of_ours_is_made_again(place, tmp_path, lab):
    hand_in(place, "ann", MEDIAN)
    hand_in(place, "ben", LOWER_MEDIAN)
    grade(place, tmp_path, lab)
    ann, ben = sorted((tmp_path / "out" / "results").glob("*.json"))
    ann.write_text(ann.read_text()[:-100])
    ben.write_text(json.dumps(json.loads(ben.read_text()) | {"trouble": True}))
    assert known(grade(place, tmp_path, lab)) == set()
    assert [row["score"] for row in table(tmp_path / "out")] == ["2", "0"]


def hand_in_answers(folder, name, **answers):
    """A notebook with an answer in words to each of these questions, in a cell with its tag."""
    cells = [nbformat.v4.new_code_cell(MEDIAN, id="median")]
    for question, text in answers.items():
        metadata = {"autograder": {"manual": question}}
        cells.append(nbformat.v4.new_markdown_cell(text, id=question, metadata=metadata))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")


def test_what_people_decide_and_ask_for_later_grades_nothing_again(place, tmp_path, lab):
    hand_in_answers(place, "ann", essay="Nothing did.", poem="A verse & <b>another</b>.")
    hand_in(place, "ben", LOWER_MEDIAN)
    out = tmp_path / "out"
    assert known(grade(place, tmp_path, lab)) == set()
    ann, ben = (file.stem for file in sorted((out / "feedback").iterdir()))
    change(lab, "grading_config.yml", "title: What surprised you, points: 1", (
        "title: E, points: 2, visible: true, items: [{code: a, text: $a$, points: 1}, {code: b, text: $b$, points: 1}]"
    ))  # fmt: skip
    change(lab, "grading_config.yml", "data:", "  - {name: poem, title: A poem, points: 3}\ndata:")
    assert known(grade(place, tmp_path, lab)) == {"ann", "ben"}
    assert "A verse &amp; &lt;b&gt;another&lt;/b&gt;." in (out / "feedback" / f"{ann}.html").read_text()
    manual = (out / "manual.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(manual.splitlines(keepends=True)))
    assert [(row["essay: answer"], row["poem: answer"]) for row in rows] == [
        ("found", "found"), ("no answer found", "no answer found")
    ]  # fmt: skip
    (out / "manual.csv").write_text(f"id,essay: a,essay: b,poem,essay\n{ann},1,0,2.5,\n{ben},0,0,0,\n")
    (out / "overrides.csv").write_text(f"id,question,points,reason\n{ben},median,1.5,a slip of the pen\n")
    assert known(grade(place, tmp_path, lab)) == {"ann", "ben"}
    assert [(row["score"], row.get("changed")) for row in table(out)] == [
        ("5.5", ""), ("1.5", "median: 1.5 instead of 0: a slip of the pen")
    ]  # fmt: skip
    change(lab, "grading_config.yml", "text: $a$", "text: $a^2$")
    change(lab, "grading_config.yml", "visible: true", "visible: false")
    assert known(grade(place, tmp_path, lab)) == {"ann", "ben"}
    assert "$a^2$" not in (out / "feedback" / f"{ann}.html").read_text()
    before = table(out)
    hand_in(tmp_path, "cem", "pass")
    run_here("grade", tmp_path / "cem.ipynb", "--add", "--out", out, "--config", lab)
    assert [row["score"] for row in table(out)[:2]] == ["5.5", "1.5"]
    assert run_here("regrade", out).returncode == 0
    assert known(grade(place, tmp_path, lab, "--no-cache")) == set()
    kept = [
        {name: row[name] for name in ("score", "changed", "essay", "poem", "median")}
        for row in table(out)[:2]
    ]
    assert kept == [{name: row[name] for name in kept[0]} for row in before]


def test_a_trial_regrading_writes_nothing_into_the_journal(place, tmp_path, lab):
    hand_in(place, "ann", MEDIAN)
    grade(place, tmp_path, lab)
    out = tmp_path / "out"
    (page,) = (out / "feedback").iterdir()
    (out / "overrides.csv").write_text(f"id,question,points,reason\n{page.stem},median,0,copied\n")
    done = run_here("regrade", out, "--dry-run")
    assert "median" in done.stdout
    assert "copied" in done.stdout
    assert not (out / "journal.sqlite3").exists()
    assert run_here("regrade", out).returncode == 0
    assert (out / "journal.sqlite3").exists()
    assert table(out)[0]["median"] == "0"


def test_copies_are_graded_once_and_reported_for_each(place, tmp_path, lab):
    for name in ("ann", "ben", "cem"):
        hand_in(place, name, MEDIAN)
    hand_in(place, "dan", MEDIAN, "x = 1")
    done = grade(place, tmp_path, lab, "--json-lines")
    assert done.returncode == 0, done.stderr
    rows = {row["submission"]: row for row in table(tmp_path / "out")}
    assert rows["ann.ipynb"]["flags"] == "the same file as ben.ipynb, cem.ipynb; essay: no answer found"
    assert rows["ben.ipynb"]["flags"] == "the same file as ann.ipynb, cem.ipynb; essay: no answer found"
    assert rows["dan.ipynb"]["flags"] == "essay: no answer found"
    assert {row["score"] for row in rows.values()} == {"2"}
    # Once: the three have the time of one run, to the last digit.
    assert len({rows[f"{name}.ipynb"]["seconds"] for name in ("ann", "ben", "cem")}) == 1
    assert not [
        page for page in (tmp_path / "out" / "feedback").iterdir() if "the same file" in page.read_text()
    ]
    (place / "ben.ipynb").unlink()
    (place / "cem.ipynb").unlink()
    assert known(grade(place, tmp_path, lab)) == {"ann", "dan"}
    assert [row["flags"] for row in table(tmp_path / "out")] == ["essay: no answer found"] * 2


def test_a_machine_is_told_in_json(place, tmp_path, lab):
    hand_in(place, "[red]ann", MEDIAN)
    (place / "dud.ipynb").write_text("no notebook")
    done = grade(place, tmp_path, lab, "--json-lines")
    assert done.returncode == 3
    every = [json.loads(line) for line in done.stdout.splitlines()]
    held = [[one["student"] for one in event["submissions"]] for event in every if event["event"] == "held"]
    assert {name for names in held for name in names} == {"[red]ann", "dud"}
    events = [event for event in every if event["event"] != "held"]
    assert [event["event"] for event in events] == ["start", "ended", "ended", "report"]
    ann, dud = sorted(events[1:3], key=lambda event: event["submission"])
    assert (ann["status"], ann["score"], ann["max_score"], ann["known"]) == ("graded", 2, 5, False)
    assert (dud["status"], dud["score"]) == ("not_gradable", None)
    assert (events[-1]["graded"], events[-1]["not_gradable"]) == (1, 1)


@pytest.mark.single  # test_regrade_tells_every_kind_of_change
def test_regrade_says_who_changes_and_why(place, tmp_path, lab):
    hand_in(place, "ann", MEDIAN)
    hand_in(place, "ben", LOWER_MEDIAN)
    grade(place, tmp_path, lab)
    out = tmp_path / "out"
    before = {
        file: file.read_bytes()
        for file in out.rglob("*")
        if file.is_file() and ".autograder" not in file.parts
    }
    change(lab, "questions/median.py", "== 2.5", "in (2, 2.5), 'the middle'")
    trial = run_here("regrade", out, "--dry-run")
    assert trial.returncode == 0, trial.stderr
    assert "ben: median 0 → 2\n    now passes: an even count\n1 of 2 submissions change" in trial.stdout
    assert "ann:" not in trial.stdout
    assert before == {file: file.read_bytes() for file in before}
    taken = run_here("regrade", out)
    assert taken.returncode == 0, taken.stderr
    assert known(taken) == {"ann", "ben"}  # the trial graded them
    assert [row["score"] for row in table(out)] == ["2", "2"]
    changes = list(csv.reader((out / "changes.csv").read_text(encoding="utf-8").splitlines()))
    assert changes[1:] == [["ben.ipynb", "ben", "", "median", "0", "2", "now passes: an even count"]]
    assert known(grade(place, tmp_path, lab)) == {"ann", "ben"}
    again = run_here("regrade", out)
    assert "0 of 2 submissions change" in again.stdout


@pytest.mark.single  # test_regrade_tells_every_kind_of_change
def test_regrade_tells_of_checks_that_change_no_points(place, tmp_path, lab):
    hand_in(place, "ann", MEDIAN)
    grade(place, tmp_path, lab)
    change(lab, "questions/median.py", "median([3, 1, 2]) == 2,", "median([3, 1, 2]) == 9,")
    done = run_here("regrade", tmp_path / "out", "--dry-run")
    assert (
        "0 of 1 submission change\nChecks that come out differently and change no points: median: three numbers (1)"
        in done.stdout
    )
    said = run_here("regrade", tmp_path / "out", "--dry-run", "--json-lines").stdout
    [told] = [event for line in said.splitlines() if (event := json.loads(line))["event"] == "verdicts"]
    assert (told["question"], told["check"], told["submissions"]) == ("median", "three numbers", 1)


def test_regrade_tells_every_kind_of_change(place, tmp_path, lab):
    hand_in(place, "ann", MEDIAN)
    grade(place, tmp_path, lab)
    change(lab, "questions/median.py", 'name="an even count", points=2', 'name="an even count", points=3')
    change(lab, "grading_config.yml", "title: Median, points: 2", "title: Median, points: 3")
    hand_in(place, "new", MEDIAN, "pass")
    done = run_here("regrade", tmp_path / "out", "--dry-run")
    assert "ann: median 2/2 → 3/3\n    worth 3 instead of 2: an even count" in done.stdout
    assert "new: not there → 3 of 6" in done.stdout
    (place / "new.ipynb").unlink()
    (place / "ann.ipynb").write_text("no notebook")
    done = run_here("regrade", tmp_path / "out", "--dry-run")
    assert done.returncode == 3
    assert "ann: 2 of 5 → not gradable: not a notebook" in done.stdout


def test_regrade_says_what_it_lacks(place, tmp_path, lab):
    (tmp_path / "empty").mkdir()
    done = run_here("regrade", tmp_path / "empty")
    assert (done.returncode, "nothing was graded there yet" in done.stderr) == (2, True)
    hand_in(place, "ann", MEDIAN)
    grade(place, tmp_path, lab)
    place.rename(tmp_path / "moved")
    done = run_here("regrade", tmp_path / "out")
    assert done.returncode == 2
    assert "not there any more" in done.stderr
    assert run_here("regrade", tmp_path / "out", tmp_path / "moved").returncode == 0


@pytest.fixture
def temporary():
    folder = Path(tempfile.mkdtemp(prefix="k-"))  # not tmp_path: a socket's path must be short
    yield folder
    shutil.rmtree(folder)


@pytest.mark.thorough
def test_two_runs_do_not_write_into_one_folder(place, tmp_path, temporary):
    lab = with_patience(tmp_path / "lab")
    hand_in(place, "ann", "import time; time.sleep(500)")
    running = start(temporary, "grade", place, "--out", tmp_path / "out", "--config", lab)
    try:
        wait_until(lambda: list(temporary.glob("**/ipc/k-1")))
        done = grade(place, tmp_path, lab)
        assert done.returncode == 2
        assert f"another run (process {running.pid}) writes there" in done.stderr
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=PATIENCE)


def test_a_run_that_is_stopped_says_how_to_go_on_and_goes_on(place, tmp_path, temporary):
    lab = with_patience(tmp_path / "lab")
    hand_in(place, "ann", MEDIAN)
    hand_in(place, "ben", "open('started', 'w').close(); import time; time.sleep(500)")
    command = ("grade", place, "--out", tmp_path / "out", "--config", lab, "--jobs", 1)
    running = start(temporary, *command, out=subprocess.PIPE, errors=subprocess.PIPE)
    wait_until(lambda: list((tmp_path / "out" / "results").glob("*.json")))
    wait_until(lambda: list(temporary.glob("**/started")))  # by its cell, which is thus under way
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: everything hears of it at once
    said, complaints = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert "Traceback" not in complaints
    assert "stopped: 1 of 2 submissions are done and kept; the same command goes on from there" in said
    wait_until(lambda: not started_below(temporary))
    assert list(temporary.iterdir()) == []
    hand_in(place, "ben", LOWER_MEDIAN)
    assert known(grade(place, tmp_path, lab)) == {"ann"}


KILLS, NOTEBOOKS = 6, 30


@pytest.mark.slow
@pytest.mark.single  # the test before this one stops a run once
def test_a_run_that_is_killed_again_and_again_comes_to_the_same_end(tmp_path, temporary):
    folder = tmp_path / "class.zip"
    with zipfile.ZipFile(folder, "w") as zipped:
        for number in range(NOTEBOOKS):
            zipped.writestr(
                f"s{number}/lab.ipynb", notebook_bytes((MEDIAN, LOWER_MEDIAN)[number % 2], f"x = {number}")
            )
        zipped.writestr("dud/lab.ipynb", "no notebook")
    config = TOY_LAB / "grading_config.yml"
    assert run_here("grade", folder, "--out", tmp_path / "calm", "--config", config).returncode == 3
    chance = random.Random(4)
    command = ("grade", folder, "--out", tmp_path / "out", "--config", config, "--jobs", 2)
    results = tmp_path / "out" / "results"
    killed = 0
    for number in range(KILLS):
        # While it starts, or some notebooks on: fewer in all than there are, however fast the machine is.
        grades_first = number % 2 == 1
        enough = len(list(results.glob("*.json"))) + grades_first * chance.randint(1, 5)
        running = start(temporary, *command)
        wait_until(lambda enough=enough: len(list(results.glob("*.json"))) >= enough)
        try:
            running.wait(timeout=chance.uniform(0, 0.3 if grades_first else 1.5))
        except subprocess.TimeoutExpired:
            running.kill()
            killed += 1
        running.wait()
        wait_until(lambda: not started_below(temporary))
    assert killed == KILLS
    last = start(temporary, *command)
    assert last.wait(timeout=PATIENCE) == 3
    wait_until(lambda: not started_below(temporary))
    calm, killed_often = table(tmp_path / "calm"), table(tmp_path / "out")
    for row in [*calm, *killed_often]:
        row.pop("seconds")
    assert killed_often == calm
    assert list(temporary.iterdir()) == []  # what the killed runs left was removed by the last one
    assert not list((tmp_path / "out").rglob("*.tmp"))


# Another lab


def another_lab(tmp_path, lab, **changes):
    """A copy of the lab elsewhere, with other lines in its configuration."""
    shutil.copytree(lab.parent, tmp_path / "other")
    config = tmp_path / "other" / lab.name
    for old, new in changes.values():
        change(config, config.name, old, new)
    return config


TITLE = ("title: Words and numbers", "title: Sorting")


def test_the_results_of_another_lab_are_not_replaced(place, tmp_path, lab):
    hand_in(place, "ann", "pass")
    run = Run((place,), RunSettings(lab))
    (tmp_path / "out").mkdir()
    remember(tmp_path / "out", run, [Submission("ann", "ann.ipynb", "ann")], load(lab))
    before_it = (tmp_path / "out" / RUN_FILE).read_bytes()
    done = grade(place, tmp_path, another_lab(tmp_path, lab, title=TITLE))
    assert done.returncode == 2
    assert (
        "holds the results of another lab (Words and numbers), which those of Sorting would replace"
        in " ".join(done.stderr.split())
    )
    assert (tmp_path / "out" / RUN_FILE).read_bytes() == before_it


@pytest.mark.parametrize(
    ("where", "changes", "is_other"),
    [
        ("here", {"title": TITLE}, False),
        ("elsewhere", {}, False),
        ("elsewhere", {"title": TITLE}, True),
        ("here", {"one": ("name: median, title", "name: other, title")}, False),
    ],
)
def test_a_corrected_title_and_a_lab_that_was_moved_are_no_other_lab(tmp_path, lab, where, changes, is_other):
    run = Run((), RunSettings(lab))
    remember(tmp_path, run, [], load(lab))
    config = another_lab(tmp_path, lab, **changes)
    if where == "elsewhere":
        run = Run((), RunSettings(config))
    refused = pytest.raises(UsageError, match="another lab") if is_other else contextlib.nullcontext()
    with refused:
        check_same_lab(tmp_path, run, before(tmp_path), load(config))


def test_a_folder_of_an_older_version_is_taken(tmp_path, lab):
    remember(tmp_path, Run((), RunSettings(lab)), [])
    check_same_lab(tmp_path, Run((), RunSettings(tmp_path / "x.yml")), before(tmp_path), load(lab))
