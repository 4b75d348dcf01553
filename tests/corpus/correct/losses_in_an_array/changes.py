# %% training_loop
from array import array


def train_rnn(data_train, num_steps):
    rnn, losses = RNN(), array("d")
    for _ in range(num_steps):
        losses.append(do_training_step(rnn, data_train, 2, 0.02))
    return [rnn, losses]
