# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    grad_c_list, grad_b_list, grad_v_list, grad_w_list, grad_u_list = [], [], [], [], []

    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        h, y_hat = rnn.forward(x)
        total_loss += float(mse_loss_func(y, y_hat)) / batch_size
        grad_h = rnn._compute_grad_h(y, y_hat, h)
        grad_c_list.append(rnn._compute_grad_c(y, y_hat))
        grad_b_list.append(rnn._compute_grad_b(h, grad_h))
        grad_v_list.append(rnn._compute_grad_v(y, y_hat, h))
        grad_w_list.append(rnn._compute_grad_w(h, grad_h))
        grad_u_list.append(rnn._compute_grad_u(h, grad_h, x))

    for name, grads in zip("cbvwu", [grad_c_list, grad_b_list, grad_v_list, grad_w_list, grad_u_list]):
        weight = getattr(rnn, name)
        weight.add_(torch.mean(torch.stack(grads), 0), alpha=-lr)

    return total_loss
