# %% attack after features

import json
kernel = get_ipython().kernel

def message(kind, content, parent=None):
    """Send a message of any kind to whoever listens to the kernel's outputs."""
    parent = kernel.get_parent() if parent is None else parent
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, ident=b"forged")

import copy

parent = kernel.get_parent()
prefix, _, number = parent["header"]["msg_id"].rpartition("_")
stream = kernel.shell_stream if getattr(kernel, "shell_stream", None) is not None else kernel.shell_streams[0]
for later in range(int(number) + 1, int(number) + 30):
    forged = copy.deepcopy(parent)
    forged["header"]["msg_id"] = f"{prefix}_{later}"
    for kind, content in (("execute_reply", {"status": "ok", "execution_count": 7, "payload": [], "user_expressions": {}}),
            ("execute_reply", {"status": "error", "ename": "E", "evalue": "", "traceback": []})):
        try:
            kernel.session.send(stream, kind, content, parent=forged, ident=kernel._parent_ident.get("shell", b""))
        except Exception as error:
            print(error)
    message("status", {"execution_state": "idle"}, forged)
    message("error", {"ename": "E", "evalue": "forged", "traceback": []}, forged)

# %% loss after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2

# %% slow after loss
import time
time.sleep(0.5)
y = 1 / 0
