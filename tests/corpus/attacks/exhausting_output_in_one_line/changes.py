# %% attack after features
import sys

for _ in range(200):
    sys.stdout.write("x" * 1_000_000)
    sys.stderr.write("y" * 1_000_000)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
