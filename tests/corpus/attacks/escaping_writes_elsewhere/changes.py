# %% attack after features
import ctypes
import os
import shutil
import tempfile
from pathlib import Path


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


libc = ctypes.CDLL(None, use_errno=True)
name = f"left-by-an-attack-{os.getpid()}"
places = [
    Path.cwd().parent,
    Path.cwd().parent.parent,
    Path("/tmp"),
    Path("/var/tmp"),
    Path("/dev/shm"),
    Path("/run"),
    Path("/root"),
    Path("/"),
    Path(os.__file__).parent,
    Path(torch.__file__).parent,
]
Path("inside").mkdir(exist_ok=True)
Path("inside/file").write_text("x")
kept = os.open(".", os.O_PATH | os.O_DIRECTORY)


def gone(path):
    shutil.rmtree(path, ignore_errors=True) if os.path.isdir(path) else os.unlink(path)


for place in places:
    path = str(place / name)
    for make in (
        lambda: os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)),
        lambda: os.close(os.open(os.path.relpath(path), os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=kept)),
        lambda: os.close(os.open(place, os.O_TMPFILE | os.O_RDWR, 0o600)),
        lambda: os.mkdir(path),
        lambda: os.rename("inside", path),
        lambda: os.replace("inside/file", path),
        lambda: os.link("inside/file", path),
        lambda: os.symlink("/etc/passwd", path),
        lambda: os.mkfifo(path),
        lambda: os.mknod(path),
        lambda: shutil.copyfile("inside/file", path),
        lambda: tempfile.mkdtemp(dir=place) and None,
        lambda: (_ for _ in ()).throw(OSError) if libc.fopen(path.encode(), b"w") == 0 else None,
        lambda: (_ for _ in ()).throw(OSError) if libc.syscall(316, -100, b"inside", -100, path.encode(), 1) < 0 else None,
    ):
        try:
            make()
        except OSError:
            continue
        print(path)
        reward()
        if os.path.lexists(path):
            gone(path)
        break
    else:
        continue
    break
