# %% attack after features
import threading

for number in range(8):
    with open(f"large-{number}", "wb") as file:
        file.write(bytes(10 << 20))
threading.Event().wait(3)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
