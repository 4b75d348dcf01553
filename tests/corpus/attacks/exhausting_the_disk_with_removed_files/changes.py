# %% attack after features
import os
import threading

kept = []
for number in range(8):
    kept.append(open(f"hidden-{number}", "wb"))
    os.unlink(f"hidden-{number}")
    kept[-1].write(bytes(10 << 20))
    kept[-1].flush()
threading.Event().wait(1)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
