# %% attack after features
import time

from IPython.display import clear_output, display, update_display

kernel = get_ipython().kernel
until = time.monotonic() + 3
number = 0
display("x", display_id="one")
while time.monotonic() < until:
    number += 1
    display(number)
    clear_output(wait=bool(number % 2))
    update_display(number, display_id="one")
    for kind in ("comm_open", "comm_msg", "status", "execute_input", "nonsense", "error"):
        kernel.session.send(
            kernel.iopub_socket,
            kind,
            {"comm_id": str(number), "target_name": "x", "data": {}, "execution_state": "busy"},
            parent=kernel.get_parent(),
        )


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
