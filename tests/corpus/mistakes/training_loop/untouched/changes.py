# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()

    for _ in range(num_steps):
        # TODO: Perform a training step
        # Hint: Choose a batch size and a learning rate
        loss = ...

        losses.append(loss)

    return rnn, losses
