# %% training_loop
def train_rnn(data_train, num_steps):
    losses, val_losses = [], []
    n = int(0.95 * len(data_train))
    train, val = data_train[:n], data_train[n:]
    rnn = RNN()
    for step in range(num_steps):
        losses.append(do_training_step(rnn, train, batch_size=4, lr=0.05))
        if step % 100 == 0:
            x, y = get_random_day(val)
            val_losses.append(float(mse_loss_func(y, rnn(x)[1])))
    return rnn, losses
