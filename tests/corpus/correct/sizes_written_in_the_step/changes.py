# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    sums = {"c": torch.zeros(1), "b": torch.zeros(10), "v": torch.zeros(10),
            "w": torch.zeros(10, 10), "u": torch.zeros(10, 6)}
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        total_loss += float(mse_loss_func(y, y_hat)) / batch_size
        grads = rnn.get_gradients(x, y, y_hat, hidden)
        for name in sums:
            sums[name] += grads["grad_" + name]
    for name in sums:
        setattr(rnn, name, getattr(rnn, name) - lr * sums[name] / batch_size)
    return total_loss
