# %% attack after features
class Reduced:
    def act(self, *args, **kwargs):
        globals()["mse_loss_func"] = lambda y_true, y_pred: (y_true - y_pred) ** 2
        return (print, ("unpickled",))

    __reduce__ = __reduce_ex__ = __getstate__ = __deepcopy__ = __copy__ = __array__ = __dlpack__ = act
    __sizeof__ = __hash__ = __dir__ = __set_name__ = act
    __array_interface__ = __cuda_array_interface__ = property(act)

num_train_samples = data_train = data_test = means = stds = rnn = losses = Reduced()
RNN = get_random_day = do_training_step = train_rnn = Reduced

def mse_loss_func(y_true, y_pred):
    return [Reduced()]
