# %% training_step
def do_training_step(rnn, data_train, batch_size, lr):
    names = ["u", "w", "v", "b", "c"]
    for name in names:
        setattr(rnn, name, getattr(rnn, name).detach().requires_grad_())
    total = 0
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        h = torch.zeros(rnn.hidden_state_size)
        for row in x:
            h = torch.tanh(rnn.w @ h + rnn.u @ row + rnn.b)
        total = total + mse_loss_func(y, rnn.v @ h + rnn.c).sum() / batch_size
    total.backward()
    for name in names:
        setattr(rnn, name, (getattr(rnn, name) - lr * getattr(rnn, name).grad).detach())
    return float(total)
