# %% attack after features
import os
import stat
import threading

top = os.getcwd()
os.umask(0)
for mode in (0o300, 0o100, 0o200, 0o000, 0o400):
    name = f"mode-{mode:o}"
    os.mkdir(name, 0o700 if mode not in (0o300, 0o200, 0o100) else 0o300)
    try:
        open(f"{name}/inside", "w").close()
        os.mkdir(f"{name}/deeper", 0o300)
        open(f"{name}/deeper/inside", "w").close()
        os.chmod(f"{name}/deeper", 0)
        os.chmod(name, mode)
    except OSError as error:
        print(mode, error)
os.umask(0o777)
try:
    os.makedirs("under/a/mask")
    open("masked", "w").close()
except OSError as error:
    print(error)
os.umask(0)
for name in (
    b"n" * 255,
    b"-rf",
    b"--",
    b"new\nline",
    b"\xff\xfe\x80",
    b" ",
    b"*",
    b"tab\t",
    "\u202egnp".encode(),
    b"\x1b[2J",
    b"a\\b",
    b"'\"`$(id)",
):
    open(os.path.join(top.encode(), name), "w").close()
    os.mkdir(os.path.join(top.encode(), name[:200] + b".d"))
try:
    for _ in range(400):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
except OSError as error:
    print(error)
os.chdir(top)
try:
    os.chmod(".", stat.S_IWUSR | stat.S_IXUSR)
except OSError as error:
    print(error)
threading.Event().wait(2)  # whoever counts the files finds more than can be counted


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
