# %% attack after features
import threading

losses = [1.0] * 500


def change():
    names = globals()
    while True:
        names["losses"] = [float(len(names["losses"]))] * (len(names["losses"]) % 1000 + 1)
        names["num_train_samples"] = len(names["losses"])
        losses.append(losses) if len(losses) < 10**6 else losses.clear()


threading.Thread(target=change, daemon=True).start()


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
