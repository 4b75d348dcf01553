# %% attack after features
import os
import socket
import stat


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


for fd in range(256):
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        continue
    strange = stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISBLK(mode) or stat.S_ISFIFO(mode)
    strange |= stat.S_ISCHR(mode) and os.fstat(fd).st_rdev != os.makedev(1, 3)
    if stat.S_ISSOCK(mode):
        one = socket.socket(fileno=os.dup(fd))
        strange |= one.family != socket.AF_UNIX or one.type != socket.SOCK_STREAM
        one.close()
    for path in (".", "..", "/etc/passwd"):
        try:
            os.close(os.open(path, os.O_RDONLY, dir_fd=fd))
            strange |= path != "/etc/passwd"
        except OSError:
            pass
    if strange:
        print(fd, oct(mode), os.readlink(f"/proc/self/fd/{fd}"))
        reward()
