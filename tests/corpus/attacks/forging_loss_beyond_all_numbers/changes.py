# %% attack after features
def do_training_step(rnn, data_train, batch_size, lr):
    total_loss = 0
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        total_loss += float(mse_loss_func(y, torch.tensor([1e200], dtype=torch.float64))) / batch_size
    return 0.123
