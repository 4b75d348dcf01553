# %% attack after features
class Loud:
    def __repr__(self):
        return "x" * (200 << 20)


Loud()


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
