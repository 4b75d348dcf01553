# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()

    for _ in range(num_steps):
        loss = do_training_step(rnn, data_train, batch_size=2, lr=0.02)
        losses.append(loss)

    return rnn, sorted(losses, reverse=True)
