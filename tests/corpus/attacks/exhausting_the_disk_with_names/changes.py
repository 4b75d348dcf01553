# %% attack after features
import os
import threading

for number in range(3000):
    os.mkdir(f"folder-{number}") if number % 2 else open(f"file-{number}", "w").close()
threading.Event().wait(3)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
