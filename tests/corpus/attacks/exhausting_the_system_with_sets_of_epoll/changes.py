# %% attack after features
import os
import select


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


try:
    sets = [select.epoll() for _ in range(20)]
    files = [os.pipe()[0] for _ in range(20)]
    watches = 0
    for number in range(250, 225, -1):  # a file is watched once for every number that it ever had
        for file in files:
            os.dup2(file, number)
            for one in sets:
                one.register(number, 0)
                watches += 1
    print(watches)
    if watches >= 10_000:
        reward()
except OSError as error:
    print(error)
