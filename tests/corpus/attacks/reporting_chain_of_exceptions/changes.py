# %% attack after features
def chain(length):
    error = ValueError("first")
    for number in range(length):
        later = ValueError(f"number {number}")
        later.__cause__ = later.__context__ = error
        error = later
    return error

def mse_loss_func(y_true, y_pred):
    raise chain(10_000)

def get_random_day(data):
    first, second = ValueError("first"), ExceptionGroup("<b>", [ValueError("x"), chain(100)])
    first.__cause__, second.__cause__ = second, first
    raise first

raise chain(300)
