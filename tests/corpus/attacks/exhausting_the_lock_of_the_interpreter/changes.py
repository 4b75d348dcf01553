# %% attack after features
import ctypes

while True:
    ctypes.PyDLL(None).pause()


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
