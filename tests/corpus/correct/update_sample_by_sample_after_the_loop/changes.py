# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    gradients = []
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        total_loss += float(mse_loss_func(y, y_hat))
        gradients.append(rnn.get_gradients(x, y, y_hat, hidden))

    for g in gradients:
        rnn.c.sub_(g["grad_c"], alpha=lr / batch_size)
        rnn.b.sub_(g["grad_b"], alpha=lr / batch_size)
        rnn.v.sub_(g["grad_v"], alpha=lr / batch_size)
        rnn.w.sub_(g["grad_w"], alpha=lr / batch_size)
        rnn.u.sub_(g["grad_u"], alpha=lr / batch_size)

    return total_loss / batch_size
