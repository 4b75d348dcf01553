# %% attack after features
import threading

threading.stack_size(64 << 10)
forever = threading.Event()
for _ in range(2000):
    threading.Thread(target=forever.wait, daemon=True).start()
forever.wait(3)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
