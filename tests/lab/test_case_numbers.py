"""Whatever number the hidden cases are drawn from: they show every mistake, and nobody knows them beforehand."""

from __future__ import annotations

import json
from itertools import combinations, product

import pytest
import torch

from autograder.grading.case_number import FIXED, cases_of
from autograder.grading.namespace import PlainNamespace
from reference import cases, misconceptions, oracle
from reference.cases import Case
from reference.results import same
from tests.corpus import in_one_process
from tests.corpus.attacks.forging_answers_from_a_table.build import GRADIENTS, build
from tests.corpus.cases import POINTS, all_cases, base_cells, cells

ANOTHER = 4_611_686_018_427_387_904
"""A number that every run of the tests looks at beside the fixed one."""

NUMBERS = [
    ANOTHER,
    pytest.param(7**3, marks=pytest.mark.thorough),
    *(pytest.param(7**turn, marks=pytest.mark.single) for turn in range(5, 21, 2)),
]

ASKED = [name for name in POINTS if name != "training_loop"]
"""The questions that hand out what is drawn."""

RIGHT = {
    "grad_c": lambda case: case.gradients.c,
    "grad_b": lambda case: case.gradients.b,
    "grad_v": lambda case: case.gradients.v,
    "grad_w": lambda case: case.gradients.w,
    "grad_u": lambda case: case.gradients.u,
    "hidden_states": lambda case: case.hidden,
    "last_state": lambda case: case.gradients.h[-1],
    "recursion": lambda case: case.gradients.h,
    "output": lambda case: case.y_pred,
}

GIVEN = {"output": lambda case: case.hidden, "recursion": lambda case: case.gradients.h[-1]}
"""What of the student's own some mistakes are judged by."""


def mistakes(name: str, case: Case) -> dict[str, torch.Tensor]:
    found = getattr(misconceptions, name)(case, *([GIVEN[name](case)] if name in GIVEN else []))
    return {sentence.code: wrong.reshape(-1) for sentence, wrong in found.single().items()}


@pytest.mark.parametrize("number", [FIXED, *NUMBERS])
def test_every_named_mistake_is_wrong_and_no_two_are_one(number):
    with cases_of(number):
        lab = cases.of_the_lab()
    for name, right in RIGHT.items():
        tables = [mistakes(name, case) for case in lab]
        for code in tables[0]:
            hits = [
                same(table[code], right(case).reshape(-1)) for table, case in zip(tables, lab, strict=True)
            ]
            assert sum(hits) == (code == "amount_of_the_difference"), (name, code)  # right for one sign
        for one, other in combinations(tables[0], 2):
            assert not all(same(table[one], table[other]) for table in tables), (name, one, other)


@pytest.mark.parametrize("number", [FIXED, *NUMBERS])
def test_cases_of_every_number_are_telling(number):
    with cases_of(number):
        found = [*cases.sequences(), *(cases.without(size) for size in cases.ONE_OTHER_SIZE)]
        assert all(map(cases.is_telling, found))
        made = product((cases.minibatch, cases.another_minibatch), ((32, 10), (27, 10), (32, 4)))
        for make, sizes in made:
            batch = make(*sizes)
            assert 1.05**2 - 1e-3 < float(batch.losses.min()) <= float(batch.losses.max()) < 1.55**2 + 1e-3
            upwards = [bool(oracle.forward(batch.weights, x)[1] < y) for x, y in batch.windows()]
            assert {*upwards} == {make is cases.minibatch}, "a step in one direction shows one sign alone"


def test_the_same_number_gives_the_same_cases_and_another_one_others():
    with cases_of(FIXED):
        fixed = cases.sequences()
        of_the_lab = cases.of_the_lab()
    assert cases.of_the_lab() is of_the_lab, "outside of a grading run"
    with cases_of(ANOTHER):
        for one, other in zip(cases.sequences(), fixed, strict=True):
            assert not torch.isclose(one.x, other.x).any()
            assert not torch.isclose(one.weights.u, other.weights.u).any()
        assert not torch.isclose(cases.minibatch(32).data, _minibatch_of(FIXED)).any()


def _minibatch_of(number: int) -> torch.Tensor:
    with cases_of(number):
        return cases.minibatch(32).data


@pytest.fixture
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("_one_thread")
@pytest.mark.parametrize("number", NUMBERS)
def test_right_functions_are_right_with_every_number(number):
    env = in_one_process.run(base_cells(), trained_already=False)
    with cases_of(number):
        said = {name: in_one_process.ask(env, name) for name in ASKED}
    assert {name: points for name, (points, _) in said.items()} == {name: POINTS[name] for name in ASKED}, (
        said
    )


@pytest.mark.usefixtures("_one_thread")
@pytest.mark.filterwarnings("ignore")  # of the students' code
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(one, id=one.name, marks=pytest.mark.single)
        for one in all_cases()
        if not one.correct and one.sandbox != "only"
    ],
)
def test_mistakes_cost_the_same_with_another_number(case):
    """Single: ``tests/corpus/test_corpus.py`` asks all of them with the fixed number in every run."""
    env = in_one_process.run(cells(case), trained_already=False)
    asked = [name for name in case.loses if name in ASKED]
    points = []
    for number in (FIXED, ANOTHER):
        torch.manual_seed(3)
        with cases_of(number):
            points.append({name: in_one_process.ask(env, name) for name in asked})
    fixed, another = points
    assert {name: one[0] for name, one in another.items()} == {name: one[0] for name, one in fixed.items()}


@pytest.mark.usefixtures("_one_thread")
def test_a_table_of_answers_is_worth_something_for_its_own_number_alone():
    names: dict[str, object] = {}
    for cell in json.loads(build())["cells"]:
        exec("".join(cell["source"]), names)  # noqa: S102  our own notebook
    earned = {}
    for number in (FIXED, ANOTHER):
        env = PlainNamespace(names)
        with cases_of(number):
            earned[number] = {name: in_one_process.ask(env, name)[0] for name in GRADIENTS}
    assert earned == {FIXED: {name: POINTS[name] for name in GRADIENTS}, ANOTHER: dict.fromkeys(GRADIENTS, 0)}
