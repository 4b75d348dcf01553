# %% attack after features

import json
kernel = get_ipython().kernel

def message(kind, content, parent=None):
    """Send a message of any kind to whoever listens to the kernel's outputs."""
    parent = kernel.get_parent() if parent is None else parent
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, ident=b"forged")

odd = [None, 5, [], {}, "x", True, 1e400, [[[]]], {"text": {}}]
for value in odd:
    message("stream", {"name": value, "text": value})
    message("stream", {"name": "stdout", "text": value})
    message("display_data", {"data": value, "metadata": value, "transient": value})
    message("display_data", {"data": {"text/plain": value, "image/png": value}, "metadata": {}})
    message("execute_result", {"data": value, "execution_count": value, "metadata": {}})
    message("error", {"ename": value, "evalue": value, "traceback": value})
    message("clear_output", {"wait": value})
    message("update_display_data", {"data": value, "metadata": {}, "transient": {"display_id": "x"}})
    message("comm_open", {"comm_id": "x", "target_name": "y", "data": value})
    message("comm_msg", {"comm_id": "x", "data": value})
    message("execute_input", {"code": value, "execution_count": value})
    message("nonsense", {"x": value})

# %% loss after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
