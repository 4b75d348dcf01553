# %% attack after features
class Meta(type):
    @property
    def __name__(cls):
        raise ValueError("no name")

class Nameless(Exception, metaclass=Meta):
    pass

class Object(metaclass=Meta):
    pass

def mse_loss_func(y_true, y_pred):
    if y_true < 0:
        raise Nameless
    return (y_true - y_pred) ** 2

def get_random_day(data):
    return Object(), Object()

num_train_samples = Object()
