# %% attack after features
import glob
import os

import zmq

context = zmq.Context.instance()
app = get_ipython().kernel.parent
own = [f"ipc://{app.ip}-{port}" for port in (app.shell_port, app.control_port, app.stdin_port)]
others = [f"ipc://{name}" for name in glob.glob("/tmp/ag-*/*/*-1")]
for address in [*own, *others, "tcp://127.0.0.1:5555", "ipc:///run/docker.sock", "ipc://@abstract"]:
    dealer = context.socket(zmq.DEALER)
    dealer.linger = 0
    try:
        dealer.connect(address)
        dealer.send_multipart([b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", b"{}"], zmq.NOBLOCK)
        watched = dealer.get_monitor_socket(zmq.EVENT_CONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED)
        print(address, watched.poll(100))
        assert not watched.poll(100), "connected"
    except zmq.ZMQError as error:
        print(address, error)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
