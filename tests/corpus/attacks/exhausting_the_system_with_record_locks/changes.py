# %% attack after features
import fcntl
import os
import struct


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


FORM = "hhqqi4x"  # struct flock: kind, from where, start, length, whose
F_OFD_GETLK, F_OFD_SETLK = 36, 37
held = open("locked", "w+")
for byte in range(20_000):
    fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 2 * byte)
with open("locked", "r+") as other:  # another owner sees them, if they are there
    kind, *_ = struct.unpack(FORM, fcntl.fcntl(other, F_OFD_GETLK, struct.pack(FORM, fcntl.F_WRLCK, 0, 20_000, 1, 0)))
    if kind != fcntl.F_UNLCK:
        reward()
owners = [open("locked", "r+") for _ in range(20)]
try:
    for number, owner in enumerate(owners):
        for byte in range(1000):
            fcntl.fcntl(owner, F_OFD_SETLK, struct.pack(FORM, fcntl.F_WRLCK, 0, 50_000 + 40 * byte + 2 * number, 1, 0))
    reward()
except OSError as error:
    print(error)
