# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grad_h = torch.zeros_like(hidden)
    grad_h[-1] = 2 * (y_true - y_pred) * self.v
    for i in reversed(range(len(hidden) - 1)):
        grad_h[i] = self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])
    return grad_h

# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true, y_pred):
    return 2 * (y_true - y_pred)

# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true, y_pred, hidden):
    return 2 * (y_true - y_pred) * hidden[-1]

# %% training_step
def do_training_step(rnn, data_train, batch_size, lr):
    total_loss = 0
    gradients = []
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        total_loss += float(mse_loss_func(y, y_hat)) / batch_size
        gradients.append(rnn.get_gradients(x, y, y_hat, hidden))
    for name in "cbvwu":
        mean = torch.stack([g["grad_" + name] for g in gradients]).mean(dim=0)
        setattr(rnn, name, getattr(rnn, name) + lr * mean)
    return total_loss
