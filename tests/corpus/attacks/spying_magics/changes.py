# %% attack after features
import io
from contextlib import redirect_stdout

from IPython.utils.capture import capture_output


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


shell = get_ipython()
for magic, line in (
    ("pycat", "/etc/passwd"),
    ("ls", "/"),
    ("cat", "/etc/passwd"),
    ("cd", ".."),
    ("load", "-y /etc/passwd"),
    ("dhist", ""),
    ("sx", "ls /"),
    ("system", "ls /"),
    ("more", "/etc/passwd"),
    ("psearch", "-a os.*"),
):
    try:
        with capture_output() as captured:
            result = shell.run_line_magic(magic, line)
    except BaseException as error:
        print(magic, type(error).__name__)
        continue
    text = captured.stdout + str(result or "")
    if "root:" in text or "usr\n" in text or "usr/" in text and "skipped" not in text:
        print(text)
        reward()
import os

try:
    if os.path.realpath(os.getcwd()) != os.path.realpath(os.environ["HOME"]) and os.listdir("."):
        reward()
except OSError:
    os.chdir(os.environ["HOME"])
with redirect_stdout(io.StringIO()) as text:
    try:
        shell.run_line_magic("run", "/etc/passwd")
    except BaseException:
        pass
if "root" in text.getvalue():
    reward()
