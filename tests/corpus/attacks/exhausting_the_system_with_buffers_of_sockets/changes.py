# %% attack after features
import contextlib
import ctypes
import socket
import struct


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


SO_ATTACH_FILTER = 26
one, other = socket.socketpair()
usual = one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
with contextlib.suppress(OSError):
    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, usual)  # it sets twice as much
    if one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) > usual:
        reward()
program = ctypes.create_string_buffer(struct.pack("HBBI", 0, 0, 0, 1) * 1000 + struct.pack("HBBI", 6, 0, 0, 1))
with contextlib.suppress(OSError):
    other.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("H6xQ", 1001, ctypes.addressof(program)))
    reward()
