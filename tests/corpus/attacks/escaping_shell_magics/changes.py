# %% attack after features
from pathlib import Path


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


shell = get_ipython()
command = "touch made-by-a-shell"
cells = [
    f"!{command}", f"!!{command}", f"%sx {command}", f"%system {command}", f"x = !{command}", f"%%bash\n{command}", f"%%sh\n{command}",
    f"%%script sh\n{command}", f"%%script --bg sh\n{command}", f"%%!\n{command}", f"%%sx\n{command}", "%alias made touch\n%made made-by-a-shell",
    f"%%perl\nsystem('{command}')", "%%python3\nopen('made-by-a-shell', 'w')", "%%python\nopen('made-by-a-shell', 'w')", "%%pypy\nopen('made-by-a-shell', 'w')",
    f"%%javascript\n{command}", f"get_ipython().system('{command}')", f"get_ipython().getoutput('{command}')", "%edit x", f"%pip install x; {command}",
    "from IPython.utils.process import system; system('" + command + "')", "%rehashx\n%touch made-by-a-shell", "%connect_info", "%qtconsole", "%matplotlib qt", "%gui tk",
    "from IPython.core.magics.script import ScriptMagics; ScriptMagics(get_ipython()).shebang('sh', '" + command + "')",
]  # fmt: skip
for cell in cells:
    try:
        result = shell.run_cell(cell)
        print(cell.split()[0], result.error_in_exec or result.error_before_exec)
    except BaseException as error:
        print(cell.split()[0], type(error).__name__)
    if Path("made-by-a-shell").exists():
        reward()
