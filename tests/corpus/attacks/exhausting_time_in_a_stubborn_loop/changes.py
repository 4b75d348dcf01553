# %% attack after features
import signal
import time

signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True:
            time.sleep(0.1)
    except BaseException:
        pass


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
