# %% attack after features
class Stubborn:
    def __del__(self):
        while True:
            pass


one = Stubborn()
del one


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
