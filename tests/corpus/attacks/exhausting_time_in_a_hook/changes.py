# %% attack after features
def forever(*_):
    while True:
        pass


get_ipython().events.register("pre_run_cell", forever)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
