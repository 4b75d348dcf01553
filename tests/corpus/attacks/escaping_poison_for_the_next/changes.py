# %% attack after features
import ctypes
import importlib.util
import os
import site
import sys
import sysconfig
from pathlib import Path

import matplotlib
import torch.hub


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


work = Path.cwd()
name = f"left-by-an-attack-{os.getpid()}"
folders = [
    Path(matplotlib.get_cachedir()), Path(matplotlib.get_configdir()), Path(torch.hub.get_dir()), Path(site.getusersitepackages()),
    *map(Path, sysconfig.get_paths().values()), Path(importlib.util.cache_from_source(os.__file__)).parent, Path(matplotlib.__file__).parent / "mpl-data",
    Path(sys.prefix), Path("~/.ipython/profile_default/startup").expanduser(), Path("~/.cache").expanduser(), Path("~/.config/pip").expanduser(), Path("/etc"), Path("/root/.cache"),
]  # fmt: skip
for folder in folders:
    if work in (folder, *folder.parents):
        continue
    for target in (folder / name, folder / "sitecustomize.py", folder / "usercustomize.py", folder / "poison.pth"):
        if target.exists() and target.name != name:
            continue
        try:
            target.write_text("")
            target.unlink()
        except OSError:
            continue
        print(target)
        reward()
for existing in (
    Path(matplotlib.get_cachedir()) / "fontlist-v390.json",
    Path(importlib.util.cache_from_source(os.__file__)),
    Path(torch.__file__),
):
    try:
        open(existing, "r+b").close()
        reward()
    except OSError:
        pass
# A write to a page of a library is a private copy, whatever it looks like from inside.
libc = ctypes.CDLL(None)
page = ctypes.cast(libc.wcscoll, ctypes.c_void_p).value & ~4095
libc.mprotect(ctypes.c_void_p(page), 4096, 7)
libc.msync(ctypes.c_void_p(page), 4096, 4)
