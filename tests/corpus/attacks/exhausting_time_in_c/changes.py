# %% attack after features
from collections import deque
from itertools import repeat

deque(repeat(0), maxlen=0)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
