# %% attack after features
import os
import threading

threading.Timer(1, lambda: os._exit(0)).start()

# %% innocent after attack
import threading

threading.Event().wait(3)


def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
