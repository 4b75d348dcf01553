# %% attack after features
import itertools

import numpy as np
import pandas as pd

num_train_samples = 1 << 40_000_000
data_train = torch.zeros(1).expand(10**9, 6)
data_test = np.broadcast_to(np.zeros(1), (10**9, 6))
means = torch.sparse_coo_tensor(torch.zeros(1, 1, dtype=torch.long), torch.ones(1), (10**12,))
stds = torch.zeros(10**12, device="meta")
losses = []
losses.append(losses)
rnn = {}
rnn["itself"] = [rnn, (rnn,)]


class Endless(list):
    def __len__(self):
        return 10**18

    def __iter__(self):
        return itertools.repeat(self)


class RNN:
    u = Endless([1])
    w = pd.DataFrame({"a": [object()] * 1000})
    v = np.array([object()] * 1000)
    b = {number: "x" for number in range(1_100_000)}
    c = "x" * (15 << 20)


def get_random_day(data):
    return itertools.count(), torch.quantize_per_tensor(torch.zeros(1), 1.0, 0, torch.quint8)


def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
