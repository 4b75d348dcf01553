# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    gradients = []

    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        total_loss += float(mse_loss_func(y, y_hat)) / batch_size
        gradients.append(rnn.get_gradients(x, y, y_hat, hidden))

    for name in ["c", "b", "v", "w", "u"]:
        gradient = sum(g["grad_" + name] for g in gradients) / batch_size
        setattr(rnn, name, getattr(rnn, name) - lr * gradient / (gradient.norm() + 1e-8))

    return total_loss
