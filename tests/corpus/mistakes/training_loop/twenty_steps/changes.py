# %% training_loop
def train_rnn(data_train, num_steps):
    losses = []
    rnn = RNN()
    for _ in range(20):
        loss = do_training_step(rnn, data_train, batch_size=4, lr=0.05)
        losses.append(loss)
    return rnn, losses
