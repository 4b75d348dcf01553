# %% attack after features
import ctypes
import os
import sys

for _ in range(100):
    os.write(1, bytes(1 << 20))
    os.write(2, bytes(1 << 20))
    sys.__stdout__.write("x" * 1_000_000)
ctypes.CDLL(None).puts(b"x" * (10 << 20))


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
