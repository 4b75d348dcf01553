# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()
    batch_size, lr = 2, 0.02

    for step in range(num_steps):
        total, sums = 0.0, {}
        for _ in range(batch_size):
            x, y = get_random_day(data_train)
            hidden, y_hat = rnn(x)
            total += float(mse_loss_func(y, y_hat)) / batch_size
            for name, gradient in rnn.get_gradients(x, y, y_hat, hidden).items():
                sums[name] = sums.get(name, 0) + gradient / batch_size
        for name, gradient in sums.items():
            weight = name.removeprefix('grad_')
            setattr(rnn, weight, getattr(rnn, weight) - lr * gradient)
        losses.append(total)
        if step % (num_steps // 10) == 0:
            print(step, total)

    return rnn, losses
