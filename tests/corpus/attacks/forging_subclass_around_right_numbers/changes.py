# %% attack after features
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        with torch._C.DisableTorchFunctionSubclass():
            result = function(*args, **(kwargs or {}))
        return result

    def __eq__(self, other):
        return False

    def __repr__(self):
        return "nothing"

def mse_loss_func(y_true, y_pred):
    return ((y_true - y_pred) ** 2).as_subclass(Liar)
