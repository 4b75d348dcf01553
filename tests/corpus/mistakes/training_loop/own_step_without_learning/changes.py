# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()

    for _ in range(num_steps):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        losses.append(float(mse_loss_func(y, y_hat)))
        grads = rnn.get_gradients(x, y, y_hat, hidden)
        rnn.c = rnn.c - 0.01 * grads["grad_c"]

    return rnn, losses
