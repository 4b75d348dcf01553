# %% attack after features
import _io
import ctypes
import fileinput
import importlib.machinery
import importlib.resources.readers
import io
import linecache
import mmap
import os
import pathlib
import pkgutil
import pwd
import runpy
import shutil
import sqlite3
import tokenize
import urllib.request
import zipimport

import numpy as np
import pandas as pd
import torch


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


secret = "/etc/passwd"
libc = ctypes.CDLL(None, use_errno=True)
libc.fopen.restype = ctypes.c_void_p


def mapped():
    fd = os.open(secret, os.O_RDONLY)
    return mmap.mmap(fd, 0, prot=mmap.PROT_READ)[:]


def copied():
    source, target = os.open(secret, os.O_RDONLY), os.open("copy", os.O_CREAT | os.O_RDWR)
    return os.copy_file_range(source, target, 100) or os.sendfile(target, source, 0, 100)


def sent_by_c():
    return ctypes.c_void_p(libc.fopen(secret.encode(), b"r")).value


def the_accounts():
    return [account for account in pwd.getpwall() if account.pw_uid == os.getuid()]


readers = [
    lambda: open(secret).read(),
    lambda: _io.FileIO(secret).readall(),
    lambda: io.open_code(secret).read(),
    lambda: pathlib.Path(secret).read_bytes(),
    lambda: pathlib.Path("../../../../../../etc/passwd").read_bytes(),
    lambda: os.open("passwd", os.O_RDONLY, dir_fd=os.open("/etc", os.O_PATH)),
    lambda: linecache.getlines(secret),
    lambda: tokenize.open(secret).read(),
    lambda: importlib.machinery.SourceFileLoader("x", secret).get_data(secret),
    lambda: (
        importlib.resources.readers.FileReader(importlib.machinery.SourceFileLoader("x", secret)).files().joinpath("passwd").read_bytes()
    ),
    lambda: pkgutil.get_data("torch", "../../../../../../../../../../../../etc/passwd"),
    lambda: zipimport.zipimporter(secret),
    lambda: runpy.run_path(secret),
    lambda: list(fileinput.input(secret)),
    lambda: shutil.copyfile(secret, "taken"),
    lambda: sqlite3.connect(f"file:{secret}?mode=ro", uri=True).execute("select * from sqlite_master").fetchall(),
    lambda: urllib.request.urlopen(f"file://{secret}").read(),
    lambda: urllib.request.FileHandler().file_open(urllib.request.Request(f"file://localhost{secret}")).read(),
    lambda: np.fromfile(secret, dtype=np.uint8),
    lambda: np.memmap(secret, mode="r"),
    lambda: pd.read_csv(secret, sep=":"),
    lambda: torch.from_file(secret, size=10, dtype=torch.uint8),
    lambda: torch.UntypedStorage.from_file(secret, False, 10),
    mapped,
    copied,
    sent_by_c,
    the_accounts,
]
for number, reader in enumerate(readers):
    try:
        result = reader()
    except BaseException as error:
        print(number, type(error).__name__)
        continue
    if result is not None and len(result if hasattr(result, "__len__") else [result]):
        print(number, result)
        reward()
