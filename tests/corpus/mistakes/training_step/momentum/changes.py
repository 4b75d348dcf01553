# %% training_step
velocity = {}


def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    sums = {}
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        total_loss += float(mse_loss_func(y, y_hat)) / batch_size
        for name, grad in rnn.get_gradients(x, y, y_hat, hidden).items():
            sums[name] = sums.get(name, 0) + grad / batch_size

    for name, grad in sums.items():
        old = velocity.get(name)
        velocity[name] = grad if old is None or old.shape != grad.shape else 0.5 * old + grad
        weight = getattr(rnn, name[-1])
        weight -= 0.5 * lr * velocity[name] if old is not None else lr * velocity[name]

    return total_loss
