# %% attack after features
class Text(str):
    def __getitem__(self, place):
        raise MemoryError("not to be cut")

    __str__ = __format__ = encode = __getitem__

class Odd(Exception):
    kinds = []

    def __str__(self):
        Odd.kinds.append(Odd.kinds.pop(0))
        return Odd.kinds[0]()

    __repr__ = __str__

def stop():
    raise SystemExit(0)

def recurse():
    return recurse()

Odd.kinds = [lambda: None, lambda: 5, lambda: 1 / 0, stop, lambda: print("<b>"), lambda: Text("x" * 5000), recurse, lambda: b"x", lambda: [].x]

def mse_loss_func(y_true, y_pred):
    raise Odd

get_random_day = do_training_step = train_rnn = RNN = mse_loss_func
raise Odd
