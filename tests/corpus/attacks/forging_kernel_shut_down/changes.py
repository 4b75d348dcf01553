# %% attack after features
import asyncio

get_ipython().kernel.do_shutdown(False)
get_ipython().kernel.shell_stream = None
await asyncio.sleep(1)  # the kernel ends meanwhile, so that this cell is to blame and no innocent one
raise SystemExit

# %% loss after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
