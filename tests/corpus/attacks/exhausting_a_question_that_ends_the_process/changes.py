# %% attack after features
import ctypes
import os
import signal


def get_random_day(data):
    os.kill(os.getpid(), signal.SIGKILL)


def train_rnn(data_train, num_steps):
    os._exit(0)


def do_training_step(rnn, data_train, batch_size, lr):
    ctypes.string_at(0)


def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
