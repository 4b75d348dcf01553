"""What a student's code may do to the questions: guess twice, answer beyond all numbers, ask for too much."""

from __future__ import annotations

import pytest
import torch

from autograder.grading import checks
from reference import cases, formula, judging, oracle, student_network
from reference.stand_ins import LARGEST_BATCH, LONGEST, Served, TrainingSteps, equip, small_weights

BATCH = cases.minibatch(32)


class Network:
    """Takes weights and methods, of the sizes that the questions ask for."""

    def __init__(self, hidden_size=10, features=6):
        self.sizes = hidden_size, features

    def forward(self, x):
        self.seen = oracle.forward(student_network.weights_of(self), x.double())[0]
        return self.seen, torch.zeros(1)


def network(weights=BATCH.weights):
    rnn = Network(*weights.sizes)
    student_network.set_weights(rnn, weights)
    return rnn


def judge_grad_c(answer):
    """Judge ``answer(rnn, case)`` as the question grad_c does."""
    judging.judge(
        {},
        Network,
        "grad_c",
        ask=answer,
        expected=lambda case: case.gradients.c,
        mistakes=lambda case: {},
        help="",
    )


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_second_try_is_a_style_and_no_second_guess(every):
    calls = []

    def turn_by_turn(rnn, case):
        calls.append(case)
        return case.gradients.c * (-1) ** (len(calls) // every)

    with pytest.raises(checks.CheckFailed):
        judge_grad_c(turn_by_turn)


def test_states_kept_in_the_forward_pass_may_be_missed_late():
    def missed_after_the_first_case(rnn, case):
        right = formula.residual(case.y_true, case.y_pred)
        return right * (1 if case.steps == 1 else rnn.seen[-1, 0] / case.hidden[-1, 0])

    judge_grad_c(missed_after_the_first_case)


@pytest.mark.parametrize("size", [1.79e308, 1e300, 1e-300, float("inf"), float("nan")])
def test_rows_beyond_all_numbers_prove_no_recursion(size):
    def rows(rnn, case):
        grad_h = torch.full(case.hidden.shape, size, dtype=torch.float64)
        for i in reversed(range(case.steps - 1)):  # the formula, as far as the numbers reach
            grad_h[i] = (case.weights.w.T @ ((1 - case.hidden[i + 1].square()) * grad_h[i + 1])).clamp(
                -size, size
            )
        return grad_h

    with pytest.raises(checks.CheckFailed, match=r"no gradient of this network|is zero"):
        judging.judge_recursion({}, Network, rows)


def test_nothing_agrees_with_an_infinite_expectation():
    endless = torch.tensor([1.0, float("inf")], dtype=torch.float64)
    for actual in (torch.zeros(2), torch.ones(2), endless):
        assert not checks.agrees(actual.double(), endless)
    with pytest.raises(checks.CheckFailed, match="expected inf"):
        checks.close(torch.ones(2), endless.flip(0), "it")


@pytest.mark.thorough  # makes millions of numbers
def test_lists_of_tensors_are_read_up_to_a_number():
    one = torch.ones(1)
    assert checks.as_tensor([one] * 40_000, "it").shape == (40_000, 1)
    assert checks.as_tensor([one, 1.0 * one.int(), [2]], "it").tolist() == [[1.0], [1.0], [2.0]]
    assert checks.as_tensor([0.5] * 900_000, "it").shape == (900_000,)
    for many in ([one] * 900_000, [[one] * 900_000], [one, *[1.0] * 900_000], [[one], [[1.0]] * 900_000]):
        with pytest.raises(checks.CheckFailed, match="entries with tensors"):
            checks.as_tensor(many, "it")


@pytest.mark.parametrize("name", student_network.PARAMETERS)
def test_a_weight_of_great_size_is_refused_before_it_is_copied(name):
    rnn = network()
    # One number that looks like a billion, as any copy would show.
    setattr(rnn, name, torch.zeros(1, dtype=torch.bool).expand(30_000, 30_000))
    with pytest.raises(checks.CheckFailed, match=f"rnn.{name} is too large"):
        student_network.weights_of(rnn)


def endless(*shape):
    return torch.zeros(1).expand(*shape)


@pytest.mark.parametrize(
    "call",
    [
        lambda rnn: rnn.forward(endless(LONGEST + 1, 6)),
        lambda rnn: rnn.forward(endless(24, 7)),
        lambda rnn: rnn._compute_grad_h(endless(1), endless(12_000), endless(24, 4)),
        lambda rnn: rnn._compute_grad_h(endless(1), endless(1), endless(24, 5)),
        lambda rnn: rnn._compute_grad_c(endless(12_000, 1), endless(1, 12_000)),
        lambda rnn: rnn._compute_grad_b(endless(12_000, 1), endless(1, 12_000)),
        lambda rnn: rnn._compute_grad_b(endless(24, 4), endless(1, 4)),
        lambda rnn: rnn._compute_grad_v(endless(12_000), endless(1), endless(24, 4)),
        lambda rnn: rnn._compute_grad_w(endless(1, 12_000), endless(1, 12_000)),
        lambda rnn: rnn._compute_grad_u(endless(24, 4), endless(24, 4), endless(24, 12_000)),
        lambda rnn: rnn._compute_grad_u(endless(24, 4), endless(24, 4), endless(23, 6)),
        lambda rnn: rnn.get_gradients(endless(24, 6), endless(2), endless(2), endless(24, 4)),
        lambda rnn: Served(BATCH).mse_loss_func(endless(LARGEST_BATCH + 1, 1), endless(1)),
        lambda rnn: Served(BATCH).mse_loss_func(endless(1), endless(1, 12_000)),
        lambda rnn: Served(BATCH).mse_loss_func(endless(0), endless(0)),
    ],
)
def test_replacements_refuse_shapes_before_they_compute(call):
    rnn = network()
    equip(rnn, BATCH.weights.sizes)
    with pytest.raises(checks.CheckFailed):
        call(rnn)


@pytest.fixture
def served():
    """Windows with a right network in front of them."""
    found = Served(BATCH)
    found.rnn = network()
    equip(found.rnn, BATCH.weights.sizes, found)
    return found


@pytest.mark.parametrize(
    ("change", "elsewhere"),
    [
        (lambda data: data, False),
        (lambda data: data.float().numpy(), False),
        (lambda data: data[: len(data) // 24 * 24], False),
        (lambda data: data[3:], False),
        (lambda data: data[:0], False),
        (lambda data: data[:24].reshape(1, 24, 6), False),
        (lambda data: data.tolist(), False),
        (lambda data: None, False),
        (lambda data: data[:, [1, 0, 2, 3, 4, 5]], True),
        (lambda data: data + 0.01, True),
        (lambda data: data.flip(0), True),
        (lambda data: data * float("nan"), True),
        (lambda data: torch.cat([data, data]), True),
        (lambda data: data[:1].expand(1 << 30, 6), True),
    ],
)
def test_windows_of_another_table_are_noticed(served, change, elsewhere):
    served.get_random_day(change(BATCH.data))
    assert served.elsewhere == elsewhere
    served.begin_again()
    assert not served.elsewhere


def test_losses_of_predictions_are_recorded_whichever_way_they_are_handed_over(served):
    for hand_over in (
        lambda y, y_hat: (y, y_hat),
        lambda y, y_hat: (y_hat, y),
        lambda y, y_hat: (float(y), y_hat.double()),
        lambda y, y_hat: (y.reshape(()), [float(y_hat)]),
    ):
        x, y = served.get_random_day()
        _, y_hat = served.rnn.forward(x)
        served.mse_loss_func(*hand_over(y, y_hat))
    assert [number for number, _ in served.losses] == served.drawn == [0, 1, 2, 3]
    found = torch.tensor([loss for _, loss in served.losses], dtype=torch.float64)
    torch.testing.assert_close(found, BATCH.losses[:4], rtol=1e-4, atol=0)


def test_nothing_else_is_recorded(served):
    x, y = served.get_random_day()
    served.mse_loss_func(y, y_true := served.rnn.forward(x)[1] + 0.01)
    served.mse_loss_func(y, y)
    served.mse_loss_func(y_true, y_true)
    served.mse_loss_func(y, torch.tensor([1e200], dtype=torch.float64))
    other_x, other_y = BATCH.window(3)  # never drawn
    served.mse_loss_func(other_y, served.rnn.forward(other_x)[1])
    served.mse_loss_func(y, served.rnn.forward(x.flip(0))[1])
    assert served.losses == []
    assert not served.several_at_once
    served.mse_loss_func(torch.stack([y, y]), torch.stack([y, y]))
    assert served.several_at_once


@pytest.fixture
def steps():
    data = torch.randn(60, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return TrainingSteps(data, seed=0)


def test_the_record_of_the_steps_knows_how_a_network_began(steps):
    rnn = network(small_weights(10, 6, torch.Generator().manual_seed(1)))
    assert steps.first_loss(student_network.weights_of(rnn)) is None
    firsts = []
    for _ in range(3):
        steps.do_training_step(rnn, None, 4, 0.1)
        firsts.append(steps.first_loss(student_network.weights_of(rnn)))
    assert len(set(firsts)) == 1
    assert firsts[0] == pytest.approx(1, abs=0.5)  # it predicts about zero
    rnn.c = rnn.c + 1e-3
    assert steps.first_loss(student_network.weights_of(rnn)) is None


@pytest.mark.parametrize("rate", [0.0, 1e-15])
def test_a_step_of_no_length_trains_nothing(steps, rate):
    rnn = network()
    steps.do_training_step(rnn, None, 4, rate)
    assert len(steps.losses) == 1
    assert steps.first_loss(student_network.weights_of(rnn)) is None
