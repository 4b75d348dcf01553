# %% attack after features
import ctypes
import os
import threading

import zmq


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


outcome = []


def attempt():
    for path in ("/etc/passwd", "/proc/self/status"):
        try:
            with open(path) as file:
                outcome.append(file.read())
        except OSError:
            pass
    if ctypes.CDLL(None).socket(2, 1, 0) >= 0:
        outcome.append("socket")


thread = threading.Thread(target=attempt)
thread.start()
thread.join()
kernel = get_ipython().kernel
for loop in (kernel.control_thread.io_loop if kernel.control_thread else None, kernel.iopub_thread.io_loop):
    if loop:
        done = threading.Event()
        loop.add_callback(lambda: (attempt(), done.set()))
        done.wait(1)

# libzmq calls this on its own thread when it is done with a message.
freed = threading.Event()
CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


@CALLBACK
def free(data, hint):
    attempt()
    freed.set()


native = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda argument: attempt() or 0)
identifier = ctypes.c_ulong()
libc = ctypes.CDLL(None)
if libc.pthread_create(ctypes.byref(identifier), None, native, None) == 0:
    libc.pthread_join(identifier, None)
if outcome:
    print(outcome)
    reward()
