# %% attack after features

import json
kernel = get_ipython().kernel

def message(kind, content, parent=None):
    """Send a message of any kind to whoever listens to the kernel's outputs."""
    parent = kernel.get_parent() if parent is None else parent
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, ident=b"forged")

socket = kernel.iopub_socket
deep = b"[" * 50_000 + b"]" * 50_000
for parts in ([b"junk"], [b""], [b"stream", b"<IDS|MSG>", b"signature", b"{}", b"{}", b"{}", b"{}"], [b"x", b"<IDS|MSG>"],
        [b"x", b"<IDS|MSG>", b"", deep, deep, deep, deep], [b"\xff" * 1000] * 10):
    try:
        socket.send_multipart(parts)
    except Exception as error:
        print(error)

# %% loss after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
