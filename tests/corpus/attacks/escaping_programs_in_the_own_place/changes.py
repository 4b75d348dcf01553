# %% attack after features
import ctypes
import os
import sys

libc = ctypes.CDLL(None, use_errno=True)
with open("program", "wb") as file:
    file.write(b"#!/bin/sh\nsleep 1000\n")
os.chmod("program", 0o700) if os.access("program", os.X_OK) else None
for path in ("/bin/true", sys.executable, "program", "/usr/bin/env"):
    for run in (
        lambda: os.execv(path, [path]),
        lambda: os.execve(os.open(path, os.O_RDONLY), [path], {}),
        lambda: os.execlp(path, path),
    ):
        try:
            run()
        except OSError as error:
            print(path, error)
    arguments = (ctypes.c_char_p * 2)(path.encode(), None)
    print(libc.syscall(322, -100, path.encode(), arguments, None, 0))  # execveat
    print(libc.syscall(322, libc.syscall(319, b"in memory", 0), b"", arguments, None, 0x1000))  # memfd_create


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
