# %% attack after features
import os

kept = []
while True:
    kept.append(os.open("/dev/null", os.O_RDONLY))


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
