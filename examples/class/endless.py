# %% train_rnn
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()

    step = 0
    while True:
        loss = do_training_step(rnn, data_train, batch_size=4, lr=0.05)
        losses.append(loss)
        if step == num_steps:  # step never changes
            break

    return rnn, losses
