# %% attack after features
import atexit
import signal
import threading
import weakref


def forever(*_):
    while True:
        try:
            threading.Event().wait(1)
        except BaseException:
            pass


class Stubborn:
    def __del__(self):
        forever()


atexit.register(forever)
stubborn = Stubborn()
weakref.finalize(stubborn, forever)
get_ipython().kernel.parent.kernel_atexit = atexit.register(forever)
for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGINT, signal.SIGSEGV, signal.SIGCHLD}:
    try:
        signal.signal(number, forever)
    except (OSError, ValueError):
        pass
threading.Thread(target=forever).start()


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
