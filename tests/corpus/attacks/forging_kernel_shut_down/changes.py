# %% attack after features
get_ipython().kernel.do_shutdown(False)
get_ipython().kernel.shell_stream = None
raise SystemExit

# %% loss after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
