"""Every ordinary submission of the corpus gets the marks that it must get.

Right ones in the real sandbox, several in one notebook where that is the same (``autograder.certify.packs``). Mistakes in one process
(``in_one_process``), and of each question some in the sandbox too, several in one notebook, with all that one process
cannot show. ``make test-all`` grades all of them there, and every right one and every mistake
by itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch
from autograder.certify.packs import Pack, packed
from autograder.grading.pipeline import grade
from autograder.model import QuestionResult, Status, Submission

from tests.conftest import EVERY_EXAMPLE

from . import in_one_process
from .cases import (
    CORPUS,
    OWN_RUN,
    POINTS,
    SOME,
    Case,
    Cell,
    all_cases,
    base_cells,
    cells,
    notebook,
    quick_step,
)

CASES = all_cases()
RIGHT = [case for case in CASES if case.correct]
MISTAKES = [case for case in CASES if not case.correct]
PACKS, ALONE = packed(CORPUS, RIGHT)
IN_PACKS = {case.name for pack in PACKS for case in pack.cases}
CERTAIN = [case for case in MISTAKES if not case.also_may_lose]
MISTAKEN_PACKS, _ = packed(CORPUS, CERTAIN)
SAMPLE_PACKS, _ = packed(CORPUS, (case for case in CERTAIN if case.sandbox))
IN_SAMPLE_PACKS = {case.name for pack in SAMPLE_PACKS for case in pack.cases}


def params(cases: Iterable[Case], mark_of: Callable[[Case], list[pytest.MarkDecorator]]) -> list[Any]:
    """Cases as parameters, with a mark where they do not run always."""
    return [pytest.param(case, marks=mark_of(case), id=case.name) for case in cases]


def mark_of_right(case: Case) -> list[pytest.MarkDecorator]:
    """Each that has no pack is graded by itself whenever tests run; what takes long, where CI does."""
    if case.name in IN_PACKS:
        return [pytest.mark.single]
    return [pytest.mark.thorough] if case.slow else []


def mark_of_mistake(case: Case) -> list[pytest.MarkDecorator]:
    """Those of the sample that have no pack are graded by themselves whenever tests run, unless they take long."""
    always = case.sandbox and case.name not in IN_SAMPLE_PACKS and not case.slow
    return [] if always else [pytest.mark.single]


MAY_SPOIL_TRAINING = {*CORPUS.settings.own_run.after}
"""Questions whose mistakes may keep the notebook's own training from the threshold, which costs a point of
``training_loop``; for many it depends on the seed, so ``expect.yml`` says it only where it is sure."""


def check(case: Case, earned: Mapping[str, float], told: Mapping[str, str]) -> None:
    """Check what a case lost against what it must lose, and that it was told why."""
    lost = {name: POINTS[name] - points for name, points in earned.items() if points != POINTS[name]}
    unexpected = set(lost) - set(case.loses) - set(case.also_may_lose)
    if MAY_SPOIL_TRAINING & set(case.loses) and lost.get("training_loop") == 1:
        unexpected -= {"training_loop"}
    assert not unexpected, (case.why, {name: told[name] for name in unexpected})
    for question, amount in case.loses.items():
        if amount == SOME:
            assert lost.get(question, 0) > 0, case.why
        else:
            assert lost.get(question, 0) == pytest.approx(amount), (case.why, told[question])
    assert all(told[name] for name in lost), "a lost mark is explained"
    if case.says:
        assert any(case.says in told[name] for name in case.loses), (case.says, told)


OF_EVERY_NOTEBOOK = ("On the test days", "The statistics are those of the whole data set")
"""How remarks begin that say nothing about a mistake."""


def check_remarks(cases: Iterable[Case], questions: Iterable[QuestionResult]) -> None:
    """Check that the cases earned the remarks that they must get, and no others."""
    expected = {name: text for case in cases for name, text in case.remarks.items()}
    found = {
        question.name: [note for note in question.notes if not note.startswith(OF_EVERY_NOTEBOOK)]
        for question in questions
    }
    assert {name for name, notes in found.items() if notes} == set(expected), found
    assert all(expected[name] in note for name in expected for note in found[name]), found


CHANGED_AFTERWARDS = {"correct/split_in_one_expression"}
"""Right ones that a public case would not pass at the end: the rows for testing are cut after they were needed."""


def check_public_cases(cases: Iterable[Case], questions: Iterable[QuestionResult]) -> None:
    """Check that no public case fails: a student who is right must not be told otherwise."""
    told = [
        (one.name, one.message) for each in questions for one in each.cases if not one.hidden and one.message
    ]
    assert not told or {case.name for case in cases} & CHANGED_AFTERWARDS, told


def graded_in_the_sandbox(
    case: Case | Pack, data: bytes, course, folder
) -> tuple[dict[str, float], dict[str, str]]:
    """Points of each question, and what it told; remarks of right ones are checked here."""
    file = folder / "rnn_lab.ipynb"
    file.write_bytes(data)
    result = grade(Submission("1", case.name, case.name, file=file), course)
    assert result.status is Status.GRADED, result.reason
    assert [question.name for question in result.questions] == list(POINTS)
    cases = case.cases if isinstance(case, Pack) else [case]
    if all(one.correct for one in cases):
        check_remarks(cases, result.questions)
        check_public_cases(cases, result.questions)
    told = {
        question.name: "\n".join(f"{one.message}\n{one.help}\n{one.evidence}" for one in question.cases if one.message)
        for question in result.questions
    }  # fmt: skip
    return {question.name: question.points for question in result.questions}, told


@pytest.fixture
def _as_in_a_kernel():
    # As in the engine: the matrices are small, and threads that wait for each other cost ten times more.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_right_ones_in_one_notebook(pack, lab_course, tmp_path):
    points, told = graded_in_the_sandbox(pack, pack.notebook(), lab_course, tmp_path)
    lost = {name: told[name] for name in points if points[name] != POINTS[name]}
    assert not lost, [case.name for case in pack.cases]


@pytest.mark.slow
@pytest.mark.parametrize("case", params(RIGHT, mark_of_right))
def test_right_in_the_sandbox(case, lab_course, tmp_path):
    check(case, *graded_in_the_sandbox(case, notebook(case), lab_course, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize(
    "pack",
    [
        *(pytest.param(pack, id=f"sample: {pack.name}") for pack in SAMPLE_PACKS),
        *(pytest.param(pack, id=pack.name, marks=pytest.mark.single) for pack in MISTAKEN_PACKS),
    ],
)
def test_mistakes_in_one_notebook(pack, lab_course, tmp_path):
    """Each costs its question what it costs alone, whatever is wrong in the other places.

    But for ``training_loop``: there the own training of all of them together may cost a point more.
    """
    points, told = graded_in_the_sandbox(pack, pack.notebook(), lab_course, tmp_path)
    lost = {name: POINTS[name] - points[name] for name in points if points[name] != POINTS[name]}
    assert set(lost) <= {name for case in pack.cases for name in case.loses} | {"training_loop"}, told
    for case in pack.cases:
        for question, amount in case.loses.items():
            if question == "training_loop":
                assert not case.name.startswith(f"mistakes/{question}/") or lost.get(question, 0) > 0, (
                    case.why
                )
            elif amount == SOME:
                assert lost.get(question, 0) > 0, case.why
            else:
                assert lost.get(question, 0) == pytest.approx(amount), (case.why, told[question])


@pytest.mark.slow
@pytest.mark.parametrize("case", params(MISTAKES, mark_of_mistake))
def test_mistake_in_the_sandbox(case, lab_course, tmp_path):
    check(case, *graded_in_the_sandbox(case, notebook(case), lab_course, tmp_path))


USES = {
    "split": ("standardize",),
    "standardize": ("split",),
    "random_day": ("training_step",),
    "forward": ("grad_h", "grad_w", "training_step"),
    "training_step": (),
    "training_loop": (),
}
"""Question -> those that meet what its cell defines; not told, it is ``training_step``. The others are asked the
same as of any notebook: they need no second look for each mistake. The loop, which trains for each, meets all in the
sandbox (``make test-all``)."""


ONE_IN = 4
"""Of the mistakes of a question, so many are seen to cost nothing in those that meet what the cell defines: such a
question takes most of the time. ``make test-all`` looks at all of them."""


def seen_by(case: Case) -> list[str]:
    """The questions that see a mistake, but for the training of the whole notebook; all if it is not in one cell."""
    if case.name.startswith("mistakes/whole/"):
        return list(POINTS)
    question = next(iter(case.loses))
    siblings = [one.name for one in MISTAKES if next(iter(one.loses)) == question]
    looks = EVERY_EXAMPLE in os.environ or siblings.index(case.name) % ONE_IN == 0
    users = USES.get(question, ("training_step",)) if looks else ()
    return list(dict.fromkeys([question, *users, *case.also_may_lose]))


IN_ONE_PROCESS = [case for case in MISTAKES if case.sandbox != "only"]
IN_THE_LOOP = f"mistakes/{OWN_RUN}/"
TRAINED_BY_ALL = [
    case for case in IN_ONE_PROCESS if OWN_RUN in case.loses and not case.name.startswith(IN_THE_LOOP)
]
"""Mistakes elsewhere that keep the notebook's own training from the threshold."""


def quicker(case: Case) -> list[Cell]:
    """The cells; where only the loop around them matters, the steps are the quickest right ones."""
    found = cells(case)
    if not case.name.startswith(IN_THE_LOOP):
        return found
    (usual,) = [cell for cell in base_cells() if cell.name == quick_step().name]
    return [quick_step() if cell == usual else cell for cell in found]


NOT_IN_NUMBERS = {
    "mistakes/split/count_written_down": "the number is right for these rows; other data would show it",
    "mistakes/standardize/numbers_written_down": "the numbers are right for these rows; other data would show it",
    "mistakes/standardize/stds_written_down": "the numbers are right for these rows; other data would show it",
    "mistakes/training_step/at_most_four": "publicly all windows are equal, and four of them are as good as eight",
    "mistakes/training_step/every_second_gradient": "publicly all windows are equal, and so are their gradients",
}
"""Mistakes that no public case shows, and why. Automatic differentiation, which the sandbox alone can see, gives
right numbers, too."""


def shown_publicly(name: str) -> bool:
    """Whether a public case failed when the question was asked last."""
    results = in_one_process.question(name).test_case_results
    return any(not one.passed and not one.test_case.hidden for one in results)


def check_in_one_process(case: Case, asked: Iterable[str], *, trained_already: bool) -> None:
    """Ask some questions of a mistake that is not in the sandbox, and check what they lose."""
    env = in_one_process.run(quicker(case), trained_already=trained_already)
    said, shown = {}, set[str]()
    for name in asked:
        said[name] = in_one_process.ask(env, name)
        shown |= {name} if shown_publicly(name) else set()
    unseen = {name for name in case.loses if name in said and name != OWN_RUN} - shown
    assert not unseen or case.name in NOT_IN_NUMBERS, "a public case shows it, or NOT_IN_NUMBERS says why not"
    own = next(iter(case.loses))
    if own in said:
        assert in_one_process.named(own, said[own][1]) <= case.names, (
            "the name of another mistake, or a new one"
        )
    loses = {name: amount for name, amount in case.loses.items() if name in said}
    says = case.says if own in said else ""  # its own question says it
    check(
        replace(case, loses=loses, says=says),
        {name: points for name, (points, _) in said.items()},
        {name: text for name, (_, text) in said.items()},
    )


@pytest.mark.usefixtures("_as_in_a_kernel")
@pytest.mark.filterwarnings("ignore")  # of the students' code
@pytest.mark.parametrize("case", IN_ONE_PROCESS, ids=lambda case: case.name)
def test_mistake_in_one_process(case):
    trains = case.name.startswith((IN_THE_LOOP, "mistakes/whole/"))
    check_in_one_process(case, seen_by(case), trained_already=not (trains and OWN_RUN in case.loses))


@pytest.mark.usefixtures("_as_in_a_kernel")
@pytest.mark.filterwarnings("ignore")  # of the students' code
@pytest.mark.parametrize(
    "case",
    [
        # test_mistake_in_one_process has the loop's own mistakes, which come to nothing either
        pytest.param(case, id=case.name, marks=pytest.mark.single)
        for case in TRAINED_BY_ALL
    ],
)
def test_training_with_a_mistake_comes_to_nothing(case):
    check_in_one_process(case, [OWN_RUN], trained_already=False)


def test_there_are_enough_of_each_kind():
    assert len(RIGHT) >= 35
    assert len(MISTAKES) >= 110
    assert {name for case in CASES for name in case.loses} == set(POINTS)


@pytest.mark.parametrize("question", POINTS)
def test_every_question_has_mistakes_in_the_sandbox_whenever_tests_run(question):
    assert any(case.sandbox for case in MISTAKES if case.name.startswith(f"mistakes/{question}/"))
