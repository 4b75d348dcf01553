# %% attack after features
torch.ones(800_000_000)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
