# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    sums = None

    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        total_loss += float(mse_loss_func(y, y_hat)) / batch_size
        grads = rnn.get_gradients(x, y, y_hat, hidden)
        sums = grads if sums is None else {name: sums[name] + grads[name] for name in grads}

    for parameter, name in zip([rnn.c, rnn.b, rnn.v, rnn.w, rnn.u], ["c", "b", "v", "w", "u"]):
        parameter = parameter - lr * sums["grad_" + name] / batch_size

    return total_loss
