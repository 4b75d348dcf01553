# %% training_loop
def train_rnn(data_train, num_steps):
    losses = []
    rnn = RNN()
    for step in range(num_steps):
        if step % (num_steps // 20) == 0:
            print("step", step)
        losses.append(do_training_step(rnn, data_train, batch_size=2, lr=0.02))
    return rnn, losses
