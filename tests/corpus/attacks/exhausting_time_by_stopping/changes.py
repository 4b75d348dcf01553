# %% attack after features
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
