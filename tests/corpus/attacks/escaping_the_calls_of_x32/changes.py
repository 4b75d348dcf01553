# %% attack after features
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
X32 = 0x40000000
for number in (X32 + 41, X32 + 57, X32 + 520, X32 + 521, X32 + 2):
    result = libc.syscall(number, 2, 1, 0)
    print(number, result)
    if number == X32 + 57 and result == 0:
        os._exit(0)
    assert result < 0


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
