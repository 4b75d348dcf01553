# %% random_day
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """Get 24 random contiguous hours from the dataset."""
    num_days = (len(data) - 1) // 24
    start_idx = torch.randint(0, num_days, (1,)) * 24

    x = data[start_idx: start_idx + 24]
    y = data[start_idx + 24, 1]
    return x, y

# %% rnn.get_gradients
def get_gradients(self, inputs, target, prediction, states):
    grad_h = self._compute_grad_h(target, prediction, states)
    return {
        "grad_c": self._compute_grad_c(target, prediction),
        "grad_b": self._compute_grad_b(states, grad_h),
        "grad_v": self._compute_grad_v(target, prediction, states),
        "grad_w": self._compute_grad_w(states, grad_h),
        "grad_u": self._compute_grad_u(states, grad_h, inputs)
    }

# %% training_step
def do_training_step(rnn, data_train, batch_size, lr):
    losses, gradients = [], []
    for _ in range(batch_size):
        inputs, target = get_random_day(data=data_train)
        states, prediction = rnn(inputs)
        losses.append(mse_loss_func(y_true=target, y_pred=prediction).item())
        gradients.append(rnn.get_gradients(inputs=inputs, target=target, prediction=prediction, states=states))
    for name in ("c", "b", "v", "w", "u"):
        step = torch.stack([g[f"grad_{name}"] for g in gradients]).mean(dim=0)
        setattr(rnn, name, getattr(rnn, name) - lr * step)
    return sum(losses) / len(losses)
