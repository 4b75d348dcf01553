# %% attack after features

import json
kernel = get_ipython().kernel

def message(kind, content, parent=None):
    """Send a message of any kind to whoever listens to the kernel's outputs."""
    parent = kernel.get_parent() if parent is None else parent
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, ident=b"forged")

def reply(content, parent=None):
    parent = kernel.get_parent() if parent is None else parent
    stream = kernel.shell_stream if getattr(kernel, "shell_stream", None) is not None else kernel.shell_streams[0]
    kernel.session.send(stream, "execute_reply", content, parent=parent, ident=kernel._parent_ident.get("shell", b"") if hasattr(kernel, "_parent_ident") else b"")

deep = "x"
for _ in range(300):
    deep = [deep]
try:
    reply({"status": "ok", "execution_count": -1, "payload": [{"source": "set_next_input", "text": "print(1)"}], "user_expressions": {}})
    reply({"status": "error", "ename": deep, "evalue": deep, "traceback": deep})
    reply({"status": deep})
    reply([])
except Exception as error:
    print(error)
raise ValueError("an error after the reply")

# %% loss after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
