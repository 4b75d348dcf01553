# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    names = ["c", "b", "v", "w", "u"]
    optimizer = torch.optim.SGD([getattr(rnn, name) for name in names], lr=lr)
    optimizer.zero_grad()
    losses = []
    collected = {name: [] for name in names}
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        losses.append(float(mse_loss_func(y, y_hat)))
        for key, grad in rnn.get_gradients(x, y, y_hat, hidden).items():
            collected[key.removeprefix("grad_")].append(grad)
    for name in names:
        getattr(rnn, name).grad = torch.stack(collected[name]).mean(dim=0)
    optimizer.step()
    return sum(losses) / len(losses)
