# %% attack after features
import socket

import psutil


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


for ask in (
    socket.if_nameindex,
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: socket.gethostbyname_ex(socket.gethostname()),
    lambda: socket.getservbyname("ssh"),
    lambda: socket.getfqdn("127.0.0.1") != "127.0.0.1" or None,
    psutil.net_if_addrs,
    psutil.net_connections,
    psutil.users,
):
    try:
        found = ask()
    except Exception as error:
        print(type(error).__name__)
        continue
    if found:
        print(found)
        reward()
