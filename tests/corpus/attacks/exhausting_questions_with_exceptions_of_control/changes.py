# %% attack after features
import asyncio

raised = iter(
    [SystemExit(0), KeyboardInterrupt(), GeneratorExit(), StopIteration(), asyncio.CancelledError(), BaseException("x" * 10_000_000)] * 100
)


def mse_loss_func(y_true, y_pred):
    raise next(raised)


def get_random_day(data):
    start = torch.randint(0, len(data) - 24, (1,))
    return data[start : start + 24], data[start + 24, 1]


class RNN:
    def __init__(self, *sizes):
        raise type("Odd", (BaseException,), {"__str__": lambda self: 1 / 0, "__repr__": lambda self: exit()})()
