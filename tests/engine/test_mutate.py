"""Mistakes that are put into a right notebook, one at a time, and what becomes of them."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
import torch

from autograder.commands.mutate import figures
from autograder.config.load import load
from autograder.errors import UsageError
from autograder.grading.conditions import Conditions
from autograder.grading.run_settings import RunSettings
from autograder.mutate.generate import OPERATORS, mutants_of
from autograder.mutate.model import Fate, Mutant, Verdict
from autograder.mutate.own_code import OpenPlaces
from autograder.mutate.owners import Owners
from autograder.mutate.records import Records, read_reviewed
from autograder.mutate.run import Asked, Mutation, judged, mutation
from autograder.mutate.sameness import difference, plain
from tests.conftest import ROOT, TOY_LAB, notebook_bytes
from tests.engine.processes import autograder

TOY = TOY_LAB / "grading_config.yml"
MEDIAN = "def median(v):\n    v = sorted(v)\n    return v[1] if len(v) == 3 else (v[1] + v[2]) / 2"
COUNTS = "counts = {'one': 1, 'two': 2, 'three': 3}"
CLASS = (
    "class Counter:\n"
    "    def __init__(self): self.n = {}\n"
    "    def add(self, w):\n"
    "        self.n[w] = self.n.get(w, 0) + 1\n"
    "    def total(self, w): return self.n[w]"
)


def changes(*cells: str, places: OpenPlaces = OpenPlaces()) -> list[tuple[str, str]]:  # noqa: B008  it never changes
    return [(one.operator, one.after) for one in mutants_of(cells, places)]


# --- which changes there are --------------------------------------------------------------------

STEP = "def f(self, h, g, lr: float):\n    for t in range(1, len(h)):\n        {}\n    return g"


@pytest.mark.parametrize(
    ("statement", "operator", "after"),
    [
        ("g += h[t] * g", "assignment", "g = h[t] * g"),
        ("g += h[t] * g", "dropped", "pass"),
        ("g += h[t] * g", "doubled", "g += h[t] * g; g += h[t] * g"),
        ("g += h[t] * g", "arithmetic", "g += h[t] + g"),
        ("g += h[t] * g", "missing", "g += g"),
        ("g += h[t] * g", "index", "g += h[t + 1] * g"),
        ("g += h[t - 1]", "index", "g += h[t]"),
        ("g = h[-1]", "index", "g = h[-2]"),
        ("g = h[1:]", "index", "g = h[:]"),
        ("g += h[t] * g", "variable", "g += g[t] * g"),
        ("g += h[t] * g", "in place", "g += h[t].mul_(g)"),
        ("g = self.w.T @ g", "transpose", "g = self.w @ g"),
        ("g = self.w @ g", "transpose", "g = self.w.T @ g"),
        ("g = self.w @ g", "arithmetic", "g = self.w * g"),
        ("g = outer(h, g)", "transpose", "g = outer(g, h)"),
        ("g = h - g", "transpose", "g = g - h"),
        ("g = h.sum(dim=0)", "axis", "g = h.sum(dim=1)"),
        ("g = h.sum(dim=0)", "axis", "g = h.sum()"),
        ("g = h.sum(dim=0)", "call", "g = h.mean(dim=0)"),
        ("g = 2 * h", "constant", "g = 3 * h"),
        ("g = 0.5 * h", "constant", "g = 1.0 * h"),
        ("g = -h", "sign", "g = h"),
        ("g = h * g", "negated", "g = -(h * g)"),
        ("g = g - lr * h", "augmented", "g -= lr * h"),
        ("g = zeros_like(h)", "call", "g = h"),
        ("g = torch.zeros_like(h)", "alias", "g = h"),
        ("g = h.clone()", "alias", "g = h"),
        ("g = tanh(h)", "call", "g = h"),
        ("g = h if t < 2 else g", "comparison", "g = h if t <= 2 else g"),
        ("g += h[t] * g", "wrapped", "g += abs(h[t] * g)"),
        ("g += h[t] * g", "wrapped", "g += (h[t] * g).clamp(-1, 1)"),
        ("g += h[t] * g", "guarded", "if t: g += h[t] * g"),
    ],
)
def test_a_statement_has_this_mistake(statement, operator, after):
    assert (operator, after) in changes(STEP.format(statement))


@pytest.mark.parametrize(
    "after",
    [
        "for t in range(len(h)):",
        "for t in range(0, len(h)):",
        "for t in range(2, len(h)):",
        "for t in range(1, len(h) - 1):",
        "for t in reversed(range(1, len(h))):",
        "for t in range(1, len(h), 2):",
    ],
)
def test_a_loop_has_other_bounds(after):
    wanted = {"for t in range(len(h)):": "for t in range(0, len(h)):"}.get(after, after)  # the same loop
    assert wanted in [text for _, text in changes(STEP.format("g += h[t]"))]


EXAMPLE = """
def f(a, n: int):
    c = []
    for i in range(3):
        b = i
        a.append(b.sum(dim=0) @ b)
    return a, b
"""


def test_every_operator_changes_something():
    steps = (
        "g.x += g.x - h",
        "g.x = g.x - h",
        "g = -h[1:]",
        "g = h.clone() if t < lr else not torch.tanh(g.T)",
    )
    found = changes(*(STEP.format(text) for text in steps), EXAMPLE)
    assert {operator for operator, _ in found} == set(OPERATORS)
    assert ("kept", "c = f.__dict__.setdefault('c', [])") in found
    assert ("guarded", "if n > 1: a.append(b.sum(dim=0) @ b)") in found


def test_a_change_leaves_the_rest_of_the_cell_as_it_is():
    source = "def f(a):  # über\n    b = 'ä' + a  # why\n\n    return (b +\n            1)\n"
    for mutant in mutants_of([source], OpenPlaces()):
        ast.parse(mutant.source)
        assert "# über" in mutant.source
        assert "# why" in mutant.source
    (dropped, *_) = [one.source for one in mutants_of([source], OpenPlaces()) if one.operator == "dropped"]
    assert dropped == "def f(a):  # über\n    pass  # why\n\n    return (b +\n            1)\n"


def test_a_statement_of_a_loop_comes_behind_it():
    source = "total = 0\nfor x in xs:\n    y = 2 * x\n    total += y\nprint(total)"
    (found,) = [one.source for one in mutants_of([source], OpenPlaces()) if one.operator == "behind the loop"]
    assert found == "total = 0\nfor x in xs:\n    y = 2 * x\ntotal += y\nprint(total)"


def test_all_changes_are_different_and_keep_their_codes_whatever_stands_before():
    first = [*mutants_of([MEDIAN], OpenPlaces())]
    later = [*mutants_of([None, "x = 1", MEDIAN], OpenPlaces())]
    assert len({one.source for one in first}) == len({one.code for one in first}) == len(first) > 20
    assert [one.code for one in first] == [one.code for one in later if one.cell == 2]


def test_cells_with_magics_and_broken_cells_do_not_change():
    assert not changes("%time x = 1", "x = (", "# nothing")


def test_only_what_the_template_leaves_open_changes():
    mutated = mutation(Asked(RunSettings(ROOT / "grading_config.yml")))
    assert {one.unit for one in mutated.mutants} == {
        "", "get_random_day", "RNN.forward", "RNN._compute_grad_h", "RNN._compute_grad_c", "RNN._compute_grad_b",
        "RNN._compute_grad_v", "RNN._compute_grad_w", "RNN._compute_grad_u", "mse_loss_func", "do_training_step", "train_rnn",
    }  # fmt: skip
    changed = {one.before for one in mutated.mutants}
    assert "grad_h[-1] = 2 * (y_pred - y_true) * self.v" in changed
    assert not {"return grad_h", "x = data[start_idx:start_idx + 24]", "losses.append(loss)"} & changed


def test_each_change_of_the_lab_belongs_to_its_question():
    mutated = mutation(Asked(RunSettings(ROOT / "grading_config.yml")))
    owners = {(one.unit, one.before.partition(" = ")[0]): one.owners for one in mutated.mutants}
    assert {len(one) for one in owners.values()} == {1}
    assert owners["", "num_train_samples"] == ("split",)
    assert owners["", "data_test"] == ("standardize",)
    assert owners["RNN._compute_grad_h", "grad_h[-1]"] == ("grad_h",)
    assert owners["train_rnn", "loss"] == ("training_loop",)


def test_a_helper_belongs_to_the_questions_behind_its_cell():
    template = [
        "x = 1",
        "grader.check('first')",
        "class Net:\n    pass",
        "grader.check('loss')",
        "grader.check('b')",
    ]
    owners = Owners(template, ["first", "loss", "b"])
    assert owners.of("Net.helper", "") == ("loss", "b")
    assert owners.of("mean_loss", "") == ("loss",)
    assert owners.of("", "x = 2") == ("first",)
    assert owners.of("somebody", "y = 2") == ()


# --- whether two notebooks behave the same ------------------------------------------------------


class Holder:
    def __init__(self, value: object) -> None:
        self.value = value


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (torch.tensor([1.0]), torch.tensor([1.0 + 1e-6])),
        (float("nan"), float("nan")),
        ([1, "a", None, {"b": (True,)}], [1, "a", None, {"b": (True,)}]),
        (Holder(torch.ones(2)), Holder(torch.ones(2))),
        (len, len),
    ],
)
def test_the_same(found, right):
    assert not difference(plain(found), plain(right))


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (torch.tensor([1.0]), torch.tensor([1.001])),
        (torch.tensor([1.0]), torch.tensor(1.0)),
        (torch.tensor([1.0]), torch.tensor([1.0], dtype=torch.float64)),
        (torch.tensor([1.0]), [1.0]),
        (1, 1.0),
        (1, True),
        ((1, 2), [1, 2]),
        ({"a": 1}, {"b": 1}),
        (Holder(torch.ones(2)), Holder(torch.zeros(2))),
    ],
)
def test_not_the_same(found, right):
    assert difference(plain(found), plain(right))


# --- what becomes of them -----------------------------------------------------------------------


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A notebook that earns everything in the toy lab, whose only public case looks at three numbers."""
    file = tmp_path / "right.ipynb"
    file.write_bytes(notebook_bytes(MEDIAN, COUNTS, CLASS))
    return file


@pytest.mark.thorough  # others here ask its parts
@pytest.mark.slow
def test_the_command_names_what_the_questions_miss_and_goes_on_from_there(toy, tmp_path):
    records = tmp_path / "records.jsonl"
    command = ("mutate", "median", "--config", TOY, "--notebook", toy, "--records", records, "--jobs", "1")
    done = autograder(*command)
    assert done.returncode == 1, done.stderr
    missed, _, rest = done.stdout.partition("changes:")
    # Three numbers are looked at without any points, four with two.
    assert "+ return v[2] if len(v) == 3 else (v[1] + v[2]) / 2" in missed
    assert "+ return v[1] if len(v) == 3 else (v[1] - v[2]) / 2" not in missed
    assert "behave the same" in rest
    verdicts = {one["mutant"]["after"]: one for one in map(json.loads, records.read_text().splitlines())}
    assert verdicts["return v[1] if len(v) == 3 else (v[1] - v[2]) / 2"]["fate"] == "caught"
    assert verdicts["v = sorted(v); v = sorted(v)"]["fate"] == "equivalent"
    assert verdicts["return v[2] if len(v) == 3 else (v[1] + v[2]) / 2"]["whole"] is True
    again = autograder(*command, "--json-lines")
    assert again.returncode == 1
    assert len(again.stdout.splitlines()) == len(verdicts) == len(records.read_text().splitlines())


def fates(notebook: Path, *sources: str) -> list[Verdict]:
    """What becomes of other first cells of a notebook in the toy lab."""
    mutants = tuple(
        Mutant(f"{number:08x}", "dropped", 0, "", 1, "", "", source, ("median",))
        for number, source in enumerate(sources)
    )
    lab = load(TOY)
    return [*judged(Mutation(lab, json.loads(notebook.read_text()), mutants), Asked(RunSettings(TOY)))]


@pytest.mark.slow
@pytest.mark.thorough  # the attacks meet the same sandbox
def test_what_never_ends_or_reaches_out_is_caught_and_harms_nobody(toy, tmp_path):
    outside = tmp_path / "written"
    outside.mkdir(mode=0o777)
    refused = "    median = None\n"  # so that it shows in the points
    loop, write, memory, leave = fates(
        toy,
        MEDIAN.replace("    v = sorted(v)", "    while True: pass"),
        f"{MEDIAN}\ntry:\n    open({str(outside / 'file')!r}, 'w').write('x')\nexcept OSError:\n{refused}",
        f"{MEDIAN}\ntry:\n    held = bytearray(2 << 30)\nexcept MemoryError:\n{refused}",
        "import os\nos._exit(0)",
    )
    assert [one.fate for one in (loop, write, memory, leave)] == [Fate.CAUGHT] * 4
    assert [one.lost for one in (loop, write, memory)] == [{"median": 2}] * 3
    assert "RequestTimedOut" in loop.said["median"]
    assert leave.ended
    assert not [*outside.iterdir()]


@pytest.mark.slow
@pytest.mark.single  # the mutants of the command's test run in the same way
def test_what_a_slow_cell_changes_in_place_is_there_for_a_mutant(tmp_path):
    """Rather than run again: the mutant would take the second, too, and a training takes hundreds."""
    file = tmp_path / "right.ipynb"
    # It leaves no name that says how long it took: that differs from run to run.
    wait = "any(iter(lambda begun=time.process_time(): time.process_time() > begun + 1.1, True))"
    fill = f"import time\n{wait}\ncounts['three'] = 3"
    counts = "counts = {'one': 1, 'two': 2}"
    file.write_bytes(notebook_bytes(MEDIAN, counts, fill, CLASS))
    (verdict,) = fates(file, MEDIAN.replace("/ 2", "/ 3"))
    assert verdict.lost == {"median": 2}
    (verdict,) = fates(file, f"{MEDIAN}\n")
    assert verdict.fate is Fate.EQUIVALENT


@pytest.mark.slow
@pytest.mark.single  # the mutants of the command's test run in the same way
def test_a_notebook_that_loses_points_by_itself_is_refused(tmp_path):
    file = tmp_path / "wrong.ipynb"
    file.write_bytes(notebook_bytes(MEDIAN.replace("/ 2", "/ 3"), COUNTS, CLASS))
    with pytest.raises(UsageError, match="loses points: 2 in median"):
        [*judged(mutation(Asked(RunSettings(TOY), file)), Asked(RunSettings(TOY), file))]


def test_there_has_to_be_a_notebook_and_a_question(toy, tmp_path):
    with pytest.raises(UsageError, match="names no solution notebook"):
        mutation(Asked(RunSettings(TOY)))
    with pytest.raises(UsageError, match="no question 'medium'"):
        mutation(Asked(RunSettings(TOY), toy, "medium"))
    (tmp_path / "text.ipynb").write_text("[]")
    with pytest.raises(UsageError, match="no notebook of format 4"):
        mutation(Asked(RunSettings(TOY), tmp_path / "text.ipynb"))


def test_a_sample_is_the_same_each_time_and_in_order(toy):
    every = mutation(Asked(RunSettings(TOY), toy)).mutants
    some = mutation(Asked(RunSettings(TOY), toy, sample=10)).mutants
    assert len(some) == 10
    assert [one for one in every if one in some] == [*some]


def test_records_know_their_conditions_and_survive_the_end_of_a_run(tmp_path):
    conditions = Conditions("f" * 64, 1, 0, True, False)
    file, mutant = (
        tmp_path / "records.jsonl",
        Mutant("0" * 8, "dropped", 0, "", 1, "x", "pass", "pass", ("median",)),
    )
    Records(file, conditions, ["x"]).add(Verdict(mutant, Fate.CAUGHT, {"median": 2.0}, {"median": "no"}))
    with file.open("a") as out:
        out.write('{"under": "half a li')
    (known,) = Records(file, conditions, ["x"]).known.values()
    assert known == Verdict(mutant, Fate.CAUGHT, {"median": 2.0}, {"median": "no"})
    assert not Records(file, conditions, ["y"]).known


def test_changes_that_were_found_right_have_a_reason_each(tmp_path):
    file = tmp_path / "reviewed.txt"
    file.write_text("# why\n\n0123abcd another learning rate\n")
    assert read_reviewed(file) == {"0123abcd": "another learning rate"}
    file.write_text("0123abcd\n")
    with pytest.raises(UsageError, match=r"reviewed.txt:1: expected a code and why"):
        read_reviewed(file)
    with pytest.raises(UsageError, match="cannot be read"):
        read_reviewed(tmp_path / "missing.txt")
    assert read_reviewed(ROOT / "tests" / "mutants.txt")


def test_the_figures_count_what_was_found_right_by_itself():
    def verdict(number: int, fate: Fate) -> Verdict:
        return Verdict(Mutant(f"{number:08x}", "dropped", 0, "", 1, "x", "pass", "pass", ("median",)), fate)

    fates = (Fate.CAUGHT, Fate.CAUGHT, Fate.ELSEWHERE, Fate.EQUIVALENT, Fate.SURVIVED, Fate.SURVIVED)
    found = [verdict(number, fate) for number, fate in enumerate(fates)]
    assert figures(found, {f"{4:08x}"}) == (
        "6 changes: 1 behave the same, 1 were found right; of the other 4, 2 are caught by their question, "
        "1 only by others, 1 by none"
    )
