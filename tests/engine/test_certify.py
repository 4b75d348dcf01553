"""A grader that counts its own errors: on a small lab whose corpus is made here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.certify import entries
from autograder.certify.cases import Corpus, corpus_of
from autograder.certify.certificate import Look, certificate
from autograder.certify.intervals import Rate, interval
from autograder.certify.luck import Luck, trained, trainer
from autograder.certify.marks import MISNAMED, NAMED, UNNAMED, Marks, naming, verdicts
from autograder.certify.packs import packed
from autograder.certify.percent import changed, parse
from autograder.certify.records import Records
from autograder.config.load import load
from autograder.errors import ConfigurationError
from tests.conftest import TOY_LAB
from tests.engine.processes import run_here

BASE = """# %% counts
counts = {"one": 1, "two": 2, "three": 3}

# %% median
def median(v):
    v = sorted(v)
    return (v[(len(v) - 1) // 2] + v[len(v) // 2]) / 2

# %% counter
class Counter:
    def __init__(self):
        self.n = {}

    def add(self, word):
        self.n[word] = self.n.get(word, 0) + 1

    def total(self, word):
        return self.n[word]

# %% print
print("done")
"""

CASES = {
    "correct/statistics": (
        "# %% median\nfrom statistics import median\n",
        "loses: {}\nwhy: The library's.\n",
    ),
    "correct/twice": (
        "# %% counter.add\ndef add(self, word):\n    self.n.setdefault(word, 0)\n    self.n[word] += 1\n",
        "loses: {}\nwhy: Another way to add.\n",
    ),
    "mistakes/median/upper": (
        "# %% median\ndef median(v):\n    return sorted(v)[len(v) // 2]\n",
        "loses: {median: 2}\nwhy: The upper one of the two.\nsandbox: true\n",
    ),
    "mistakes/counter/counts_once": (
        "# %% counter.add\ndef add(self, word):\n    self.n[word] = 1\n",
        "loses: {counter: 2}\nwhy: Never counts on.\nsandbox: true\n",
    ),
}

CORPUS = """
corpus:
  folder: corpus
  left_out: [print]
  circumstances: {"another module": "import math"}
  environments: {"another variable": {SOMETHING: "1"}}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A copy of the toy lab with a corpus."""
    root = tmp_path / "lab"
    shutil.copytree(TOY_LAB, root)
    config = root / "grading_config.yml"
    without_build = config.read_text("utf-8").partition("build:")[0]
    config.write_text(without_build + CORPUS, "utf-8")
    (root / "corpus").mkdir()
    (root / "corpus" / "base.py").write_text(BASE, "utf-8")
    for name, (changes, expect) in CASES.items():
        add(root, name, changes, expect)
    return root


def add(root: Path, name: str, changes: str, expect: str) -> None:
    folder = root / "corpus" / name
    folder.mkdir(parents=True)
    (folder / "changes.py").write_text(changes, "utf-8")
    (folder / "expect.yml").write_text(expect, "utf-8")


def corpus(root: Path) -> Corpus:
    return corpus_of(load(root / "grading_config.yml"))


def case_of(root: Path, name: str):
    return next(case for case in corpus(root).cases if case.name == name)


# --- how sure a rate is -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [  # of the closed forms 1 - (α/2)^(1/n) and (α/2)^(1/n), and of tables
        (0, 100, 0.0, 1 - 0.025 ** (1 / 100)),
        (100, 100, 0.025 ** (1 / 100), 1.0),
        (5, 10, 0.187086, 0.812914),
        (1, 20, 0.001265, 0.248733),
        (10, 100, 0.049005, 0.176223),
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_those_of_the_tables(count, of, low, high):
    assert interval(count, of) == pytest.approx((low, high), abs=2e-6)


def test_an_interval_of_many_is_neither_empty_nor_wide():
    rate = Rate(3, 20_000)
    assert 0 < rate.low < rate.share < rate.high < 0.0005


def test_more_than_all_is_no_rate():
    with pytest.raises(ValueError, match="3 of 2"):
        interval(3, 2)


def test_bad_luck_needs_every_try():
    luck = Luck("batch 4", True, Rate(0, 200), 3)
    assert luck.unlucky == pytest.approx((1 - 0.025 ** (1 / 200)) ** 3)


# --- what a corpus holds ------------------------------------------------------------------------


def test_cases_of_any_lab_are_read(lab):
    found = corpus(lab)
    assert [case.name for case in found.cases] == sorted(CASES)
    assert "done" not in found.notebook(found.cases[0]).decode(), "left_out"
    assert found.points == {"median": 2, "counter": 3}


def test_cases_that_change_different_places_share_a_notebook(lab):
    found = corpus(lab)
    packs, alone = packed(found, found.cases)
    assert sorted(len(pack.cases) for pack in packs) == [2, 2]
    assert not alone
    methods = parse("# %% a.f\nx\n\n# %% b\ny\n")
    assert [
        cell.source
        for cell in changed(parse("# %% a\nclass A:\n    def f(self): pass\n\n# %% b\nz\n"), methods)
    ]


@pytest.mark.parametrize(
    ("name", "expect", "says"),
    [
        ("correct/new", "loses: {median: 2}\nwhy: x\n", "nothing for what lies in correct"),
        (
            "mistakes/median/new",
            "loses: {mode: 2}\nwhy: x\n",
            "no question 'mode'; there are median, counter",
        ),
        (
            "mistakes/median/new",
            "loses: {median: 3}\nwhy: x\n",
            "'some' or up to 2 points of median, found 3",
        ),
        ("mistakes/median/new", "loses: {median: 2}\nwhy: x\nlooses: 1\n", "unknown keys .'looses'"),
        ("mistakes/median/new", "why: x\n", "it lacks loses; every case"),
        ("mistakes/median/new", "loses: {median: 2}\n", "it lacks why; every case"),
        ("mistakes/median/new", "loses: [", "cannot be read"),
    ],
)
def test_an_expectation_that_does_not_fit_is_named_with_its_file(lab, name, expect, says):
    add(lab, name, "# %% median\n1\n", expect)
    with pytest.raises(ConfigurationError, match=rf"new/expect.yml: .*{says}"):
        _ = corpus(lab).cases


def test_a_change_of_what_is_not_there_is_named_with_its_file(lab):
    add(lab, "correct/new", "# %% mode\n1\n", "loses: {}\nwhy: x\n")
    with pytest.raises(ConfigurationError, match=r"new/changes.py: no cell is called 'mode'"):
        corpus(lab).cells(case_of(lab, "correct/new"))


def test_a_lab_without_a_corpus_says_what_to_add():
    with pytest.raises(ConfigurationError, match="add `corpus:`"):
        corpus_of(load(TOY_LAB / "grading_config.yml"))


# --- what is false ------------------------------------------------------------------------------


def false_ones(root: Path, names: tuple[str, ...], lost: dict[str, float]) -> list[str]:
    cases = [case_of(root, name) for name in names]
    return [one.question for one in verdicts(cases, Marks(lost=lost), corpus(root)) if one.false]


@pytest.mark.parametrize(
    ("names", "lost", "false"),
    [
        (("correct/twice",), {}, []),
        (("correct/twice",), {"counter": 1}, ["counter"]),
        (("mistakes/median/upper",), {"median": 2}, []),
        (("mistakes/median/upper",), {}, ["median"]),
        (("mistakes/median/upper",), {"median": 1}, ["median"]),
        (("mistakes/median/upper",), {"median": 2, "counter": 1}, ["counter"]),
        (("mistakes/median/upper", "mistakes/counter/counts_once"), {"median": 2, "counter": 2}, []),
        (("mistakes/median/upper", "mistakes/counter/counts_once"), {"median": 2}, ["counter"]),
    ],
)
def test_a_verdict_is_false_where_right_work_loses_and_wrong_work_does_not(lab, names, lost, false):
    assert false_ones(lab, names, lost) == false


def test_a_mistake_may_cost_the_points_of_the_own_run_where_the_lab_says_so(lab):
    before = false_ones(lab, ("mistakes/median/upper",), {"median": 2, "counter": 1})
    config = lab / "grading_config.yml"
    config.write_text(config.read_text() + "  own_run: {question: counter, points: 1, after: [median]}\n")
    assert before == ["counter"]
    assert false_ones(lab, ("mistakes/median/upper",), {"median": 2, "counter": 1}) == []
    assert false_ones(lab, ("mistakes/median/upper",), {"median": 2, "counter": 2}) == ["counter"]


@pytest.mark.parametrize(
    ("expected", "codes", "how"),
    [("", [], UNNAMED), ("upper", ["upper"], NAMED), ("upper", [], UNNAMED), ("upper", ["lower"], MISNAMED),
     ("", ["upper"], MISNAMED)],
)  # fmt: skip
def test_the_name_of_another_mistake_is_a_wrong_name(lab, expected, codes, how):
    names = f"names: {expected}\n" if expected else ""
    add(lab, "mistakes/median/new", "# %% median\n1\n", f"loses: {{median: 2}}\nwhy: x\n{names}")
    marks = Marks(lost={"median": 2}, mistakes={"median": codes}, said={"median": "wrong"})
    assert naming(case_of(lab, "mistakes/median/new"), marks) == how


# --- going on after a kill ----------------------------------------------------------------------


def test_what_was_written_is_known_and_a_line_that_was_cut_off_is_not(tmp_path):
    file = tmp_path / "folder" / "progress.jsonl"
    Records(file).add({"lost": {}}, "notebook", 1)
    with file.open("a") as out:
        out.write('{"about": "cut o')
    again = Records(file)
    again.add(True, "notebook", 2)
    assert [Records(file).get("notebook", number) for number in (1, 2, 3)] == [{"lost": {}}, True, None]


def test_each_turn_and_circumstance_is_graded_by_itself():
    notebook = json.dumps({"cells": [], "nbformat": 4}).encode()
    assert entries.with_first_cell(notebook, "") == notebook
    assert json.loads(entries.with_first_cell(notebook, "import math"))["cells"][0]["source"] == "import math"
    assert len({entries.USUAL, entries.AGAIN, entries.LOADED, *map(entries.numbered, entries.NUMBERS)}) == 13


# --- all of it ----------------------------------------------------------------------------------


@pytest.fixture
def certify(lab: Path, tmp_path: Path) -> Callable[..., tuple[int, str, dict]]:
    """Certify the small lab: exit code, what was printed, what was written."""

    def run(*options: str) -> tuple[int, str, dict]:
        out = tmp_path / "certificate"
        done = run_here(
            "certify", "--config", lab / "grading_config.yml", "--out", out, "--jobs", 2, *options
        )
        return done.returncode, done.stdout + done.stderr, json.loads((out / "certificate.json").read_text())

    return run


@pytest.mark.thorough  # CI certifies this lab
def test_a_quick_certificate_counts_goes_on_and_finds_what_is_false(certify, lab, tmp_path):
    code, said, found = certify("--quick")
    assert (code, found["holds"], found["false"]) == (0, True, []), said
    total = found["questions"][-1]
    assert total["false_fails"] == {"count": 0, "of": 2, "low": 0, "high": pytest.approx(0.841886)}
    assert total["false_passes"]["of"] == 2
    assert found["graded_twice"] == {"notebooks": 1, "differing": []}
    assert len(found["unnamed"]) == 2
    assert not found["misnamed"]
    assert [one["otherwise"] for one in found["circumstances"]] == [[], []]
    page = (tmp_path / "certificate" / "certificate.html").read_text("utf-8")
    assert "Every verdict came out as it must" in page
    assert "| right notebooks: questions that lost marks | 0 of 2 |" in (
        tmp_path / "certificate" / "certificate.md"
    ).read_text("utf-8")

    # Right work that the grader takes for wrong, and the rest is known.
    add(lab, "correct/wrong", "# %% counts\ncounts = {}\n", "loses: {}\nwhy: It is not.\n")
    code, said, found = certify("--quick")
    assert code == 1, said
    assert "notebooks, a second time: 1 (1 known)" in said
    assert [one for one in found["false"] if "correct/wrong" in one and "counter is right and lost 1" in one]
    assert not found["holds"]


def test_a_mistake_that_fits_beside_no_other_is_in_the_sample_too(lab):
    again = "# %% median\ndef median(v):\n    return min(v)\n"
    add(lab, "mistakes/median/least", again, "loses: {median: 2}\nwhy: The least.\nsandbox: true\n")
    names = {case.name for one in entries.sampled(corpus(lab)) for case in one.cases}
    assert {name for name in names if name.startswith("mistakes")} == {
        "mistakes/median/upper", "mistakes/median/least", "mistakes/counter/counts_once",
    }  # fmt: skip


def test_a_header_that_cannot_be_read_is_told_with_what_one_may_be(lab):
    (lab / "corpus" / "base.py").write_text("# %% check counts\n")
    with pytest.raises(ConfigurationError, match="'# %% check counts': expected # %% NAME, of one word"):
        corpus(lab).quick_base()


def test_nothing_is_certified_from_notebooks_that_could_not_be_graded(lab):
    found = corpus(lab)
    usual = tuple((one, Marks(reason="the grader fell over")) for one in entries.each_alone(found))
    made = {"date": "2026-11-30"}
    result = certificate(found, "Words", [Look(entries.USUAL, usual)], [], [], made)
    assert not result.holds
    assert len(result.not_graded) == len(CASES)
    assert result.total.right.of == 0


def test_trainings_run_in_processes_of_their_own(lab):
    (lab / "luck.py").write_text(
        "SETTINGS = {'few': True, 'many': False}\nTRIES = 2\n\ndef reached(setting, seed):\n"
        "    return setting == 'few' or seed % 2 == 0\n"
    )
    config = lab / "grading_config.yml"
    config.write_text(config.read_text() + "  luck: luck.py\n")
    loaded = load(config)
    assert trainer(loaded).settings == {"few": True, "many": False}
    tasks = [(setting, seed) for seed in (1, 2) for setting in ("few", "many")]
    assert sorted(trained(loaded, tasks, 2)) == [
        ("few", 1, True), ("few", 2, True), ("many", 1, False), ("many", 2, True),
    ]  # fmt: skip


def test_a_training_that_breaks_is_trouble_and_no_bad_luck(lab):
    (lab / "luck.py").write_text("SETTINGS = {'few': True}\nTRIES = 1\n\ndef reached(setting, seed): 1 / 0\n")
    config = lab / "grading_config.yml"
    config.write_text(config.read_text() + "  luck: luck.py\n")
    with pytest.raises(ConfigurationError, match="the training 'few' with seed 7 ended with an error"):
        list(trained(load(config), [("few", 7)], 1))


def test_what_waits_for_each_deadline_is_left_out_of_circumstances_that_decide_nothing_there(lab):
    endless = "# %% median\ndef median(v):\n    while True:\n        pass\n"
    add(lab, "mistakes/median/waits", endless, "loses: {median: 2}\nwhy: Never ends.\nslow: true\n")
    slow_but_right = "# %% counter.add\ndef add(self, word):\n    self.n[word] = self.n.get(word, 0) + 1\n"
    add(lab, "correct/slow", slow_but_right, "loses: {}\nwhy: Takes its time.\nslow: true\n")
    everywhere = entries.shared(corpus(lab))

    def names(found):
        return {case.name for one in found for case in one.cases}

    assert names(everywhere) - names(entries.without_endless(everywhere)) == {"mistakes/median/waits"}
