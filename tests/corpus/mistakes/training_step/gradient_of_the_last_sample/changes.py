# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0

    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        loss = mse_loss_func(y, y_hat)
        total_loss += float(loss) / batch_size
        grads = rnn.get_gradients(x, y, y_hat, hidden)

    rnn.c -= lr * grads["grad_c"]
    rnn.b -= lr * grads["grad_b"]
    rnn.v -= lr * grads["grad_v"]
    rnn.w -= lr * grads["grad_w"]
    rnn.u -= lr * grads["grad_u"]

    return total_loss
