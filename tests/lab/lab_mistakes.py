"""Single mistakes in the right solution, as text: where they are, what they are, what they cost."""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """``old`` becomes ``new`` in ``cell``; ``costs`` points of that question; ``says`` is in the feedback."""

    cell: str
    old: str
    new: str
    costs: int
    says: str = ""


MISTAKES = [
    # split
    Mistake("split", "* 0.8", "* 0.7", 1, "34368"),
    Mistake("split", "int(len(dataset) / 24 * 0.8) * 24", "int(len(dataset) * 0.8)", 1, "34368"),
    Mistake("split", "dataset[num_train_samples:]", "dataset[:num_train_samples]", 1, "data_test"),
    # standardize
    Mistake(
        "standardize",
        "data_test - means) / stds",
        "data_test - data_test.mean(0)) / data_test.std(0)",
        1,
        "own mean",
    ),
    Mistake("standardize", "stds = data_train.std(dim=0)", "stds = data_train.var(dim=0)", 2, "square root"),
    Mistake("standardize", "means = data_train.mean(dim=0)", "means = data_train.mean()", 2, "shape"),
    Mistake(
        "standardize",
        "data_train = (data_train - means) / stds",
        "data_train = data_train - means / stds",
        1,
        "not standardised",
    ),
    Mistake("standardize", "data_test = (data_test - means) / stds", "", 1, "data_test"),
    # random_day
    Mistake("random_day", "(1,))", "(1,)).item()", 1, "shape"),
    Mistake("random_day", "len(data) - 24", "len(data) - 23", 1),
    Mistake("random_day", "len(data) - 24", "len(data)", 1),
    Mistake("random_day", "torch.randint(0, len(data) - 24, (1,))", "torch.tensor([3])", 1, "hardly random"),
    Mistake("random_day", "torch.randint(0, len(data) - 24, (1,))", "torch.randint(0, 26, (1,))", 1),
    Mistake("random_day", "start_idx + 24, 1]", "start_idx + 23, 1]", 1, "hour after"),
    Mistake("random_day", "start_idx + 24, 1]", "start_idx + 24, 0]", 1, "hour after"),
    Mistake("random_day", "    start_idx =", "    torch.manual_seed(1)\n    start_idx =", 1, "hardly random"),
    # forward
    Mistake("forward", " + self.b)", ")", 2, "bias b"),
    Mistake("forward", "self.w @", "self.w.T @", 2, "Wᵀ"),
    Mistake("forward", "torch.tanh(", "(", 2, "lack tanh"),
    Mistake("forward", "return h[1:], y", "return h, y", 2, "h[0]"),
    Mistake("forward", "torch.zeros((len(x) + 1,", "torch.zeros((25,", 3),
    Mistake("forward", "self.v @ h[-1] + self.c", "self.v @ h[-1]", 1, "shape"),
    Mistake("forward", "self.v @ h[-1] + self.c", "self.v @ h[-2] + self.c", 1),
    Mistake("forward", "self.v @ h[-1] + self.c", "torch.tanh(self.v @ h[-1] + self.c)", 1, "tanh"),
    Mistake(
        "forward",
        "        for i in range(len(x)):",
        "        h[0] = getattr(self, 'last', 0)\n        for i in range(len(x)):",
        0,
    ),
    Mistake("forward", "        y = self", "        self.old = h[-1]\n        y = self", 0),
    # grad_h
    Mistake("grad_h", "2 * (y_pred", "(y_pred", 1, "factor 2"),
    Mistake("grad_h", "(y_pred - y_true)", "(y_true - y_pred)", 1, "sign"),
    Mistake("grad_h", "hidden[i + 1]", "hidden[i]", 2, "h[t] instead of h[t+1]"),
    Mistake("grad_h", "self.w.T", "self.w", 2, "W instead of Wᵀ"),
    Mistake("grad_h", "@ torch.diag(1 - hidden[i + 1] ** 2) ", "", 2, "lacks diag"),
    Mistake("grad_h", "hidden[i + 1] ** 2", "hidden[i + 1]", 2, "1 − h instead"),
    Mistake("grad_h", "range(len(hidden) - 1)", "range(1, len(hidden) - 1)", 2),
    Mistake("grad_h", "reversed(range(len(hidden) - 1))", "range(len(hidden) - 1)", 2, "zero"),
    Mistake("grad_h", "grad_h[-1] = 2 * (y_pred - y_true) * self.v", "pass", 3, "zero"),
    # grad_c, grad_v
    Mistake("grad_c", "2 * ", "", 1, "factor 2"),
    Mistake("grad_c", "(y_pred - y_true)", "(y_true - y_pred)", 1, "sign"),
    Mistake("grad_c", "2 * (y_pred - y_true)", "2 * (y_pred - y_true).squeeze()", 1, "shape"),
    Mistake("grad_v", "hidden[-1]", "hidden[0]", 1, "first hidden"),
    Mistake("grad_v", "hidden[-1]", "hidden.sum(0)", 1, "sums over all"),
    Mistake("grad_v", "2 * ", "", 1, "factor 2"),
    # grad_b
    Mistake("grad_b", "(1 - hidden[i] ** 2) * ", "", 2, "lacks diag"),
    Mistake("grad_b", "range(len(hidden))", "range(1, len(hidden))", 2, "first time step"),
    Mistake("grad_b", "range(len(hidden))", "range(len(hidden) - 1)", 2, "last time step"),
    Mistake("grad_b", "return grad_b", "return grad_b / len(hidden)", 2, "mean"),
    Mistake("grad_b", "+= (1", "= (1", 2, "last time step only"),
    Mistake("grad_b", "hidden[i] ** 2", "hidden[i]", 2, "1 − h[t] instead"),
    # grad_w
    Mistake("grad_w", "hidden[i - 1])", "hidden[i])", 3, "h[t] instead of h[t−1]"),
    Mistake("grad_w", "range(1, len(hidden))", "range(len(hidden))", 3, "index −1"),
    Mistake("grad_w", "range(1, len(hidden))", "range(1, len(hidden) - 1)", 3, "last time step"),
    Mistake(
        "grad_w",
        "torch.outer((1 - hidden[i] ** 2) * grad_h[i], hidden[i - 1])",
        "torch.outer(hidden[i - 1], (1 - hidden[i] ** 2) * grad_h[i])",
        3,
        "transposed",
    ),
    Mistake("grad_w", "(1 - hidden[i] ** 2)", "(1 - hidden[i - 1] ** 2)", 3, "in diag"),
    # grad_u
    Mistake("grad_u", "x[i])", "x[i - 1])", 2),
    Mistake("grad_u", "(1 - hidden[i] ** 2) * ", "", 2, "lacks diag"),
    Mistake("grad_u", "grad_u +=", "grad_u -=", 2, "wrong sign"),
    Mistake("grad_u", "range(len(hidden))", "range(1, len(hidden))", 2, "first time step"),
    # loss
    Mistake("loss", " ** 2", "", 1, "square is missing"),
    Mistake("loss", "(y_pred - y_true) ** 2", "abs(y_pred - y_true)", 1, "absolute"),
    Mistake("loss", "(y_pred - y_true) ** 2", "(y_pred - y_true) ** 2 / 2", 1, "half"),
    # training_step
    Mistake(
        "training_step", '    rnn.w -= lr * sum(collected["w"]) / batch_size\n', "", 2, "does not update w"
    ),
    Mistake("training_step", "rnn.c -= lr", "rnn.c += lr", 2),
    Mistake("training_step", "-= lr * sum", "-= 0.05 * sum", 2),
    Mistake("training_step", "-= lr *", "-=", 2, "learning rate"),
    Mistake("training_step", "-= lr *", "+= lr *", 2, "uphill"),
    Mistake("training_step", "/ batch_size\n    r", "/ batch_size ** 2\n    r", 2),
    Mistake(
        "training_step",
        'values.append(grads["grad_" + name])',
        'values[:] = [grads["grad_" + name]]',
        2,
        "last window",
    ),
    Mistake("training_step", "float(loss) / batch_size", "float(loss)", 1, "sum over the minibatch"),
    Mistake("training_step", "float(loss) / batch_size", "float(loss) / batch_size ** 2", 1),
    Mistake("training_step", "    return total_loss", "", 1, "None"),
    Mistake("training_step", "(batch_size):", "(batch_size - 1):", 3),
    Mistake("training_step", "get_gradients(x, y, y_hat, h)", "get_gradients(x, y_hat, y, h)", 2),
    Mistake(
        "training_step",
        "    rnn.c -=",
        "    if batch_size == 1: return total_loss\n    rnn.c -=",
        2,
        "not change",
    ),
    Mistake(
        "training_step",
        '            values.append(grads["grad_" + name])\n',
        '            values.append(0)\n            setattr(rnn, name, getattr(rnn, name) - lr * grads["grad_" + name] / batch_size)\n',
        2,
        "after each window",
    ),
    # training_loop
    Mistake("training_loop", "        losses.append(loss)", "    losses.append(loss)", 2, "inside the loop"),
    Mistake("training_loop", "range(num_steps)", "range(20)", 2),
    Mistake("training_loop", "lr=0.05", "lr=1e-6", 1, "not below"),
    Mistake(
        "training_loop",
        "        loss = do_training_step(rnn, data_train, batch_size=4, lr=0.05)\n        losses.append(loss)",
        "        losses.append(0.01)",
        2,
    ),
    Mistake("training_loop", "rnn, losses\n", "RNN(), losses\n", 1, "do not predict"),
    Mistake(
        "training_loop", "losses.append(loss)", "losses.append(0.01 + 0.001 * random.random())", 1, "returned"
    ),
]
