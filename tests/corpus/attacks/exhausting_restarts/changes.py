# %% attack after features
import os

os._exit(0)

# %% second after attack
import os

os.abort()

# %% third after second
import ctypes

ctypes.string_at(0)

# %% fourth after third
import os
import signal

os.kill(os.getpid(), signal.SIGKILL)

# %% fifth after fourth
import os

os.closerange(0, 256)

# %% sixth after fifth
get_ipython().kernel.do_shutdown(False)

# %% seventh after sixth
exit()

# %% eighth after seventh
import resource

resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
while True:
    pass

# %% ninth after eighth
import signal

signal.alarm(1)
signal.pause()


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
