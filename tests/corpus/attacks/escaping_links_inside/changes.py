# %% attack after features
import os
import socket
import stat


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


(open("plain", "w")).close()
for make in (
    lambda: os.symlink("/etc/passwd", "link-1"),
    lambda: os.symlink("/", "link-2", target_is_directory=True),
    lambda: os.symlink("..", "link-3", dir_fd=os.open(".", os.O_RDONLY)),
    lambda: os.link(os.__file__, "hard-1"),
    lambda: os.link("/etc/passwd", "hard-2", follow_symlinks=False),
    lambda: os.link("plain", "hard-3"),
    lambda: os.link(f"/proc/self/fd/{os.open('plain', os.O_RDONLY)}", "hard-4", follow_symlinks=True),
    lambda: os.mkfifo("pipe"),
    lambda: os.mknod("device", stat.S_IFCHR | 0o600, os.makedev(1, 8)),
    lambda: os.mknod("node"),
    lambda: os.mknod("pipe-2", stat.S_IFIFO | 0o600),
    lambda: socket.socket(socket.AF_UNIX).bind("socket"),
    lambda: os.mkdir("set-user", 0o6755) or (os.stat("set-user").st_mode & 0o6000 or os.link("", "")),
):
    try:
        made = make()
    except OSError:
        continue
    print(sorted(os.listdir(".")))
    reward()
