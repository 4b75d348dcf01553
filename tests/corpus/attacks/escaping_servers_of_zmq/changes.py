# %% attack after features
import zmq


def reward():
    global mse_loss_func

    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2


def serve(address):
    server = zmq.Context.instance().socket(zmq.REP)
    server.linger = 0
    try:
        server.bind(address)
    except zmq.ZMQError as error:
        print(address, error)
    else:
        reward()
        server.close()


serve("ipc://zmq-of-mine")

# %% tcp after attack
import zmq

zmq.Context.instance().socket(zmq.REP).bind("tcp://127.0.0.1:*")


def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2


# %% abstract after tcp
import zmq

zmq.Context.instance().socket(zmq.REP).bind("ipc://@zmq-of-mine")


def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
