# %% attack after features

import json
kernel = get_ipython().kernel

def message(kind, content, parent=None):
    """Send a message of any kind to whoever listens to the kernel's outputs."""
    parent = kernel.get_parent() if parent is None else parent
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, ident=b"forged")

for state in ("idle", "busy", "starting", "restarting", "dead", "idle", 5, None):
    message("status", {"execution_state": state})
    message("status", {})
raise ValueError("an error after the cell said that it had ended")

# %% loss after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
