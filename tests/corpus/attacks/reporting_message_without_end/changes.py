# %% attack after features
class Endless(Exception):
    def __str__(self):
        while True:
            pass

def mse_loss_func(y_true, y_pred):
    if y_true < 0:
        raise Endless
    return (y_true - y_pred) ** 2
