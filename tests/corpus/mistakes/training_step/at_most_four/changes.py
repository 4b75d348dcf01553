# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    grad_c_list = []
    grad_b_list = []
    grad_v_list = []
    grad_w_list = []
    grad_u_list = []

    batch_size = min(batch_size, 4)
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        loss = mse_loss_func(y, y_hat)
        total_loss += float(loss) / batch_size

        grads = rnn.get_gradients(x, y, y_hat, hidden)
        grad_c_list.append(grads["grad_c"])
        grad_b_list.append(grads["grad_b"])
        grad_v_list.append(grads["grad_v"])
        grad_w_list.append(grads["grad_w"])
        grad_u_list.append(grads["grad_u"])

    rnn.c -= lr * torch.stack(grad_c_list).mean(dim=0)
    rnn.b -= lr * torch.stack(grad_b_list).mean(dim=0)
    rnn.v -= lr * torch.stack(grad_v_list).mean(dim=0)
    rnn.w -= lr * torch.stack(grad_w_list).mean(dim=0)
    rnn.u -= lr * torch.stack(grad_u_list).mean(dim=0)

    return total_loss
