# %% attack after features
import ctypes
import os
import threading

libc = ctypes.CDLL(None, use_errno=True)
for number in range(8):
    fd = os.open(f"reserved-{number}", os.O_CREAT | os.O_WRONLY, 0o600)
    if libc.fallocate(fd, 1, ctypes.c_long(0), ctypes.c_long(10 << 20)) != 0:  # keep size
        os.write(fd, bytes(10 << 20))
threading.Event().wait(3)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
