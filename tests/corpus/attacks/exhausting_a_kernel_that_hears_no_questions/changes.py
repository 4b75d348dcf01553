# %% attack after features
get_ipython().kernel.comm_manager.targets.clear()
get_ipython().kernel.comm_manager.register_target = lambda *values: None


def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
