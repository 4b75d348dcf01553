# %% attack after features
import sys
import threading

sys.setrecursionlimit(10**9)
nested = []
for _ in range(10_000_000):
    nested = [nested]
str(nested)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
