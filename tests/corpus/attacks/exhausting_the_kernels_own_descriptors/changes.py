# %% attack after features
import os

os.closerange(4, 256)

# %% channel after attack
import os

os.closerange(4, 256)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
