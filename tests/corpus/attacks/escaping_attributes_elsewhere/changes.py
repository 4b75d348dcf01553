# %% attack after features
import os
import pathlib


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


# All changes leave things as they are.
for victim in (
    pathlib.Path.cwd().parent,
    pathlib.Path(os.__file__),
    pathlib.Path(torch.__file__).parent,
    pathlib.Path("/tmp"),
    pathlib.Path("/etc/passwd"),
):
    found = victim.stat()
    for change in (
        lambda: os.chmod(victim, found.st_mode & 0o7777),
        lambda: os.chmod(os.path.relpath(victim), found.st_mode & 0o7777),
        lambda: os.fchmod(os.open(victim, os.O_RDONLY), found.st_mode & 0o7777),
        lambda: os.chown(victim, found.st_uid, found.st_gid),
        lambda: os.lchown(victim, -1, -1),
        lambda: os.utime(victim, ns=(found.st_atime_ns, found.st_mtime_ns)),
        lambda: os.utime(os.open(victim, os.O_RDONLY)),
    ):
        try:
            change()
        except OSError:
            continue
        print(victim)
        reward()
