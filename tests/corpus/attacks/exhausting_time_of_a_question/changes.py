# %% attack after features
from collections import deque
from itertools import repeat


def mse_loss_func(y_true, y_pred):
    deque(repeat(0), maxlen=0)


# %% sampler after attack
def get_random_day(data):
    start = torch.randint(0, len(data) - 24, (1,))
    return data[start : start + 24], data[start + 24, 1]
