# %% attack after features
import threading


def busy():
    number = 0
    while True:
        number += 1


for _ in range(2):
    threading.Thread(target=busy, daemon=True).start()


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
