# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0.0
    grad_c = torch.zeros_like(rnn.c)
    grad_b = torch.zeros_like(rnn.b)
    grad_v = torch.zeros_like(rnn.v)
    grad_w = torch.zeros_like(rnn.w)
    grad_u = torch.zeros_like(rnn.u)

    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn.forward(x)
        total_loss += mse_loss_func(y, y_hat).item()
        grads = rnn.get_gradients(x, y, y_hat, hidden)
        grad_c += grads["grad_c"]
        grad_b += grads["grad_b"]
        grad_v += grads["grad_v"]
        grad_w += grads["grad_w"]
        grad_u += grads["grad_u"]

    rnn.c -= lr * grad_c / batch_size
    rnn.b -= lr * grad_b / batch_size
    rnn.v -= lr * grad_v / batch_size
    rnn.w -= lr * grad_w / batch_size
    rnn.u -= lr * grad_u / batch_size

    return total_loss / batch_size
