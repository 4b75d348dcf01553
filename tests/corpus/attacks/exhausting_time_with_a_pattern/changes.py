# %% attack after features
import re

re.match(r"(a+)+$", "a" * 60 + "b")


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
