# %% training_loop
def train_rnn(data_train, num_steps):
    losses = []
    rnn = RNN()
    for step in range(num_steps):
        loss = do_training_step(rnn, data_train, batch_size=2, lr=0.02)
        losses.append(loss)
        if step % (num_steps // 10) == 0:
            print(f"{step}: {loss:.4f}")
    return rnn, losses
