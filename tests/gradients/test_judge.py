"""Functions of a student beside formulas of a lab: what is right, and what is said about what is not."""

import dataclasses
import json
import re

import numpy as np
import pytest
import torch

from autograder.errors import ConfigurationError
from autograder.gradients import Formula, Given, Slip, judge, known, ready, standing_in
from autograder.gradients.cases import NUDGE, cases_of
from autograder.grading.checks import CheckFailed

SIZES = ({"N": 2, "H": 3, "F": 4}, {"N": 6, "H": 5, "F": 3})

GRAD_W = Formula(
    "grad_w", "∇W", "HF",
    takes=(Given("delta", "NH"), Given("x", "NF")),
    compute=lambda delta, x, *, left=lambda d: d: torch.einsum("nh,nf->nhf", left(delta), x),
    summed="N", term="sample", first=0,
    says="∇W = Σ δ[n] x[n]ᵀ.",
    sizes=SIZES,
    slips=(Slip.of("delta_squared", "∇W has δ² instead of δ.", left=torch.square),),
)  # fmt: skip

GRAD_A = Formula(
    "grad_a", "∇a", "NH",
    takes=(Given("grad_h", "NH"), Given("hidden", "NH", within=0.8)),
    compute=lambda grad_h, hidden: grad_h * (1 - hidden**2),
    says="∇a = (1 − h²) ∇h.", sizes=SIZES, arrays="numpy",
)  # fmt: skip


def right(delta, x):
    return delta.T @ x


def said(function, formula=GRAD_W):
    """What a wrong function is told: sentence, help and evidence."""
    with pytest.raises(CheckFailed) as failure:
        judge({formula.function: function}, formula)
    return failure.value


@pytest.mark.parametrize(
    "function",
    [
        right,
        lambda delta, x: torch.einsum("nh,nf->hf", delta, x),
        lambda delta, x: sum(torch.outer(d, row) for d, row in zip(delta, x, strict=True)),
        lambda delta, x: (delta.double().T @ x.double()).tolist(),
        lambda delta, x: np.asarray(delta).T @ np.asarray(x),
    ],
)
def test_right_styles_pass(function):
    judge({"grad_w": function}, GRAD_W)


def test_a_notebook_that_keeps_to_double_precision_passes():
    def in_double_precision(delta, x):
        return (torch.eye(len(delta), dtype=torch.float64) @ delta).T @ x

    judge({"grad_w": in_double_precision}, GRAD_W)


@pytest.mark.parametrize("entry", [(0, 0), (2, 3), (-1, -1)])
def test_one_percent_in_any_entry_is_seen(entry):
    def nearly(delta, x):
        found = right(delta, x)
        found[min(entry[0], len(found) - 1), entry[1] if entry[1] < found.shape[1] else -1] *= 1.01
        return found

    assert "∇W" in said(nearly).rationale


MISTAKES = {
    "still_zero": (lambda d, x: torch.zeros(d.shape[1], x.shape[1]), "∇W is still zero."),
    "not_a_number": (lambda d, x: right(d, x) / 0, "∇W holds entries that are no numbers"),
    "sign_flipped": (lambda d, x: -right(d, x), "∇W has the wrong sign."),
    "constant_factor": (lambda d, x: 3 * right(d, x), "∇W is 3 times what it should be."),
    "factor_of_a_size": (lambda d, x: right(d, x) / len(d), "∇W is divided by N once too often."),
    "transposed": (lambda d, x: x.T @ d, "∇W is transposed"),
    "another_shape": (lambda d, x: right(d, x).reshape(-1), "the right numbers in another shape"),
    "sum_missing": (lambda d, x: torch.einsum("nh,nf->nhf", d, x), "∇W is not summed over N yet."),
    "axes_swapped": (lambda d, x: x.T @ d**3, "(F, H) instead of (H, F)"),
    "rows_reversed": (lambda d, x: right(d, x).flip(0), "in reverse order"),
    "rows_shifted": (lambda d, x: right(d, x).roll(1, 0), "shifted by one place"),
    "delta_squared": (lambda d, x: right(d**2, x), "∇W has δ² instead of δ."),
    "term_missing": (lambda d, x: right(d[1:], x[1:]), "∇W lacks the term of sample 0."),
    "term_doubled": (lambda d, x: right(d, x) + torch.outer(d[-1], x[-1]), "the term of sample N−1 twice"),
    "term_negated": (lambda d, x: right(d, x) - 2 * torch.outer(d[1], x[1]), "sample 1 with the wrong sign"),
    "term_alone": (lambda d, x: torch.outer(d[-1], x[-1]), "the term of sample N−1 alone"),
    "term_instead_of_another": (
        lambda d, x: right(d[1:], x[1:]) + torch.outer(d[-1], x[-1]),
        "lacks the term of sample 0, and has that of N−1 twice",
    ),
    "one_line_wrong": (
        lambda d, x: torch.cat([right(d, x)[:-1], right(d, x)[-1:] ** 2]),
        "Only row -1 of ∇W is wrong.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_is_explained(code):
    function, sentence = MISTAKES[code]
    failure = said(function)
    assert (failure.mistake, sentence in failure.rationale) == (code, True), failure.rationale


@pytest.mark.parametrize(
    "function",
    [
        lambda d, x: right(d, x) + 1,
        lambda d, x: right(d.abs(), x),
        lambda d, x: right(d, x) * (2 if len(d) == 2 else 3),
    ],
)
def test_what_nothing_explains_in_every_case_is_not_explained(function):
    failure = said(function)
    assert (failure.rationale, failure.mistake) == ("∇W has wrong values.", "")
    assert failure.evidence.startswith("N=2, H=3, F=4: entry [")


GRAD_B = Formula(
    "grad_b", "∇b", "H", takes=(Given("delta", "NH"),), compute=lambda delta: delta, summed="N",
    says="∇b = Σ δ[n].", sizes=SIZES,
)  # fmt: skip


def test_one_entry_of_a_vector_is_told():
    failure = said(lambda delta: torch.cat([delta.sum(0)[:-1], 3 * delta.sum(0)[-1:] ** 2]), GRAD_B)
    assert failure.rationale == "Only entry -1 of ∇b is wrong."


def test_a_transposed_result_is_told_by_its_factors():
    failure = said(lambda delta, x: x.T @ delta)
    assert failure.help == "outer(x, delta) is (4, 3), ∇W is (3, 4): a row for each entry of delta."


@pytest.mark.parametrize(
    ("function", "met"),
    [
        (lambda d, x: d @ x, "the axes (N, H) met (N, F)"),
        (lambda d, x: d * x, "the axes (H,) met (F,)"),
        (lambda d, x: np.asarray(d) @ np.asarray(x), "the axes (N,) met (H,)"),
        (lambda d, x: np.asarray(d) * np.asarray(x), "the axes (N, H) met (N, F)"),
    ],
)
def test_an_operation_on_axes_that_do_not_fit_is_told_by_their_letters(function, met):
    with pytest.raises((RuntimeError, ValueError)) as raised:
        judge({"grad_w": function}, GRAD_W)
    assert met in "".join(raised.value.__notes__)


def test_an_index_behind_the_last_row_is_told_with_the_numbers_that_there_are():
    with pytest.raises(IndexError) as raised:
        judge({"grad_w": lambda delta, x: right(delta, x) + x[len(x)]}, GRAD_W)
    assert "index 2 is asked of 2 rows, which have the numbers 0 to 1" in "".join(raised.value.__notes__)


def test_nothing_of_a_students_exception_is_repeated():
    def hostile(delta, x):
        raise ValueError("shapes (<script>) and (9,9) " + "(" * 9000)

    with pytest.raises(ValueError, match="script") as raised:
        judge({"grad_w": hostile}, GRAD_W)
    assert not hasattr(raised.value, "__notes__")


@pytest.mark.parametrize("formula", [GRAD_W, GRAD_A])
def test_a_wrong_answer_comes_with_lines_that_repeat_it(formula):
    def doubled(one, other):
        return 2 * (right(one, other) if formula is GRAD_W else one * (1 - other**2))

    call, yours, expected = said(doubled, formula).repeat.splitlines()[1:]
    found = eval(call, {"torch": torch, "np": np, formula.function: doubled})  # noqa: S307  what a student would do
    assert yours.startswith("# yours: [[")
    shown = torch.tensor(json.loads(yours.removeprefix("# yours: ")))
    torch.testing.assert_close(torch.as_tensor(found).float(), shown, rtol=1e-3, atol=0)
    torch.testing.assert_close(
        2 * torch.tensor(json.loads(expected.removeprefix("# right: "))), shown, rtol=1e-3, atol=0
    )


@pytest.mark.parametrize(
    ("left_out", "term"), [(0, "step 1"), (11, "step 12"), (12, "step T−11"), (23, "step T")]
)
def test_a_summand_is_found_from_either_end_of_a_long_sum(left_out, term):
    formula = Formula(
        "grad_b", "∇b", "H", (Given("delta", "TH"),), lambda delta: delta, "∇b = Σ δ[t].",
        ({"T": 24, "H": 3}, {"T": 24, "H": 2}), summed="T",
    )  # fmt: skip

    def without_one(delta):
        return delta.sum(0) - delta[left_out]

    assert said(without_one, formula).rationale == f"∇b lacks the term of {term}."


def test_where_several_arguments_may_be_the_factor_no_outer_product_is_told():
    formula = Formula(
        "grad_w", "∇W", "HF", (Given("delta", "NH"), Given("hidden", "NH"), Given("x", "NF")),
        lambda delta, hidden, x: torch.einsum("nh,nf->nhf", delta * hidden, x), "∇W = …", SIZES, summed="N",
    )  # fmt: skip
    assert said(lambda delta, hidden, x: x.T @ (delta * hidden), formula).help == "∇W = …"


def test_who_writes_to_an_argument_is_told_which():
    def in_place(delta, x):
        found = right(delta, x)
        x *= 2
        return found

    assert said(in_place).rationale == "grad_w changes x in place."


def test_numpy_notebooks_get_arrays():
    def with_arrays(grad_h, hidden):
        assert isinstance(hidden, np.ndarray)
        return grad_h * (1 - hidden**2)

    judge({"grad_a": with_arrays}, GRAD_A)


def test_a_function_that_is_not_there_is_named():
    with pytest.raises(CheckFailed, match="no function grad_w in your notebook"):
        judge({}, GRAD_W)


WEIGHT = torch.tensor([0.5, -0.3, 0.8, 0.2], dtype=torch.float64)

GRAD_OF_THE_NETWORK = Formula(
    "grad", "∇w", "F",
    takes=(Given("x", "F"), Given("y", "")),
    compute=lambda x, y: 2 * y * x,
    forward=lambda values: {**values, "y": torch.tanh(values["x"] @ WEIGHT)},
    says="∇w = 2 y x.", sizes=({"F": 4},),
)  # fmt: skip


def test_who_computes_the_forward_pass_again_is_found():
    judge({"grad": lambda x, y: 2 * y * x}, GRAD_OF_THE_NETWORK)
    again = said(lambda x, y: 2 * torch.tanh(x @ WEIGHT.to(x.dtype)) * x, GRAD_OF_THE_NETWORK)
    assert again.mistake == "not_from_what_is_given"


@pytest.mark.parametrize(
    ("answer", "text"), [({}, "grad_w returns no w"), (3, "grad_w returns no w"), ({"w": None}, "∇W is None")]
)
def test_a_part_that_is_not_there_is_named(answer, text):
    formula = Formula("grad_w", "∇W", "HF", GRAD_W.takes, GRAD_W.compute, "", SIZES, summed="N", part="w")
    assert text in said(lambda delta, x: answer, formula).rationale


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"compute": lambda delta, x: delta @ x}, r"the formula cannot be computed \(.*\): RuntimeError"),
        ({"axes": "FH"}, r"has the shape \(3, 4\), its axes FH mean \(4, 3\)"),
        ({"compute": lambda delta, x: 0 * torch.einsum("nh,nf->nhf", delta, x)}, "next to nothing"),
        (
            {
                "compute": lambda d, x, same=0: torch.einsum("nh,nf->nhf", d, x),
                "slips": (Slip.of("a", "A.", same=1),),
            },
            "this mistake gives what is right: A.",
        ),
        ({"slips": (Slip.of("a", "A.", unknown=1),)}, "unknown"),
    ],
)
def test_a_formula_that_is_wrong_is_trouble_of_the_lab_and_no_zero(changes, text):
    about = {
        "function": "grad_w", "result": "∇W", "axes": "HF", "takes": GRAD_W.takes, "compute": GRAD_W.compute,
        "says": "", "sizes": SIZES, "summed": "N",
    }  # fmt: skip
    with pytest.raises(ConfigurationError, match=text):
        ready(Formula(**about | changes))


def test_a_formula_that_fails_is_told_by_its_line():
    formula = dataclasses.replace(GRAD_W, compute=lambda delta, x: delta @ x)
    line = formula.compute.__code__.co_firstlineno
    with pytest.raises(ConfigurationError, match=rf"test_judge\.py:{line}\): RuntimeError"):
        ready(formula)


LOSS = Formula(
    "loss", "the loss", "",
    takes=(Given("p", "NK", among=(0.1, 0.2, 0.7)), Given("y", "N", among=(0, 1, 2), whole=True)),
    compute=lambda p, y: -p.log()[torch.arange(len(y)), y.long()] / len(y),
    summed="N", term="sample", first=0, says="L = −Σ log p[n, y[n]] / N.",
    sizes=({"N": 2, "K": 3}, {"N": 5, "K": 3}),
)  # fmt: skip


def test_a_sum_may_be_one_number_and_labels_may_be_indices():
    judge({"loss": lambda p, y: -torch.log(p[range(len(y)), y]).mean()}, LOSS)
    summed = said(lambda p, y: -torch.log(p[range(len(y)), y]).sum(), LOSS)
    assert summed.rationale == "the loss is N times what it should be."
    lost = said(lambda p, y: -torch.log(p[range(len(y)), y])[1:].sum() / len(y), LOSS)
    assert lost.rationale == "the loss lacks the term of sample 0."
    assert re.search(r"loss\(torch.tensor\(\[\[.*\]\]\), torch.tensor\(\[[012, ]+\]\)\)", lost.repeat)


@pytest.mark.parametrize("arrays", ["torch", "numpy"])
def test_labels_arrive_as_whole_numbers(arrays):
    kinds = []
    formula = dataclasses.replace(LOSS, arrays=arrays)
    with pytest.raises(CheckFailed):
        judge({"loss": lambda p, y: kinds.append(str(y.dtype)) or 0.0}, formula)
    assert {kind.removeprefix("torch.") for kind in kinds} == {"int64"}


def test_whole_numbers_that_are_none_are_trouble_of_the_lab():
    with pytest.raises(ConfigurationError, match="Given y: whole=True needs whole numbers"):
        Given("y", "N", among=(0, 0.5), whole=True)


def test_a_stand_in_is_right_in_other_sizes_and_says_what_does_not_fit():
    env = {"grad_w": lambda delta, x: None}
    with standing_in(env, GRAD_W):
        delta, x = torch.ones(9, 2), torch.ones(9, 1)
        assert torch.equal(env["grad_w"](delta, x=x), right(delta, x))
        with pytest.raises(CheckFailed, match=r"x \(grad_w\) has the wrong shape"):
            env["grad_w"](delta, x[1:])
        with pytest.raises(CheckFailed, match="too many numbers"):
            env["grad_w"](torch.ones(9, 999), torch.ones(9, 999))
        with pytest.raises(CheckFailed, match=r"takes \(delta, x\)"):
            env["grad_w"](delta)
    assert env["grad_w"](delta, x) is None


def test_the_names_of_all_mistakes_are_known():
    codes = {mistake.code for mistake in known(GRAD_W)}
    assert {"delta_squared", *MISTAKES} <= codes


GRAD_Z = Formula(
    "grad_z", "∇z", "NS",
    takes=(Given("grad_p", "N"), Given("z", "NS")),
    compute=lambda grad_p, z, *, slope=lambda z: (z > 0).double(): grad_p[:, None] * slope(z),
    says="∇z = ∇p where z > 0.", sizes=({"N": 2, "S": 3, "K": 2}, {"N": 4, "S": 5, "K": 9}), arrays="numpy",
    masked=True, slips=(Slip.of("mask_missing", "∇z lacks the slope of max(0, z).", slope=torch.ones_like),),
)  # fmt: skip


def test_entries_that_are_zero_by_the_formula_are_judged_like_others():
    judge({"grad_z": lambda grad_p, z: np.where(z > 0, grad_p[:, None], 0)}, GRAD_Z)
    assert said(lambda grad_p, z: grad_p[:, None] + 0 * z, GRAD_Z).mistake == "mask_missing"
    nearly = said(lambda grad_p, z: grad_p[:, None] * np.where(z > 0, 1, 0.01), GRAD_Z)
    assert nearly.rationale == "∇z has wrong values."
    assert nearly.evidence.startswith("N=2, S=3: ")  # of an axis that it has not, nothing is said


def test_no_case_lies_beside_a_step_of_the_formula():
    def jumps(values):
        return (values.sum(1) > 0).double()[:, None] * values

    formula = Formula(
        "f", "f", "NF", (Given("x", "NF"),), jumps, "", ({"N": 40, "F": 2},), arrays="numpy", masked=True
    )
    (case,) = cases_of(formula)
    assert float(case.values["x"].sum(1).abs().min()) > NUDGE / 10


def test_numbers_from_a_list_are_drawn_from_it_alone():
    labels = Given("y", "N", among=(0, 1, 2))
    formula = Formula("f", "f", "N", (Given("x", "N"), labels), lambda x, y: x * (1 + y), "", ({"N": 9},))
    (case,) = cases_of(formula)
    assert {*case.values["y"].tolist()} == {0, 1, 2}


def test_a_sum_over_an_axis_that_is_still_there_is_told_whatever_else_has_that_length():
    formula = Formula(
        "grad_b", "∇b", "F", (Given("grad_z", "NFS"),), lambda grad_z: grad_z.sum(2), "", summed="N",
        sizes=({"N": 2, "F": 4, "S": 6, "K": 2}, {"N": 3, "F": 5, "S": 2}), arrays="numpy",
    )  # fmt: skip
    assert said(lambda grad_z: grad_z.sum(0), formula).rationale == "∇b is not summed over S yet."
    assert said(lambda grad_z: grad_z, formula).rationale == "∇b is not summed over N, S yet."
    assert (
        said(lambda grad_z: 2 * grad_z.sum(0), formula).rationale
        == "∇b has the axes (F, S), expected were (F,)."
    )


def test_another_order_along_any_axis_is_told():
    formula = Formula(
        "f", "f", "NK", (Given("x", "NK"),), lambda x: x, "", ({"N": 2, "K": 3},), arrays="numpy"
    )
    assert said(lambda x: x[:, ::-1], formula).rationale == "f is in reverse order along its axis K."
    assert (
        said(lambda x: np.roll(x, 1, 1), formula).rationale == "f is shifted by one place along its axis K."
    )


def test_a_call_that_takes_something_else_is_trouble_of_the_lab_and_no_zero():
    formula = Formula(
        "f", "f", "N", (Given("x", "N"),), lambda x: x, "", ({"N": 3},), call=lambda f, x, y: f(x)
    )
    with pytest.raises(ConfigurationError, match="missing a required argument: 'y'"):
        ready(formula)
