# %% training_loop
def train_rnn(data_train, num_steps):
    rnn, losses = RNN(), []
    weights = [rnn.u, rnn.w, rnn.v, rnn.b, rnn.c]
    for weight in weights:
        weight.requires_grad_()
    optimizer = torch.optim.SGD(weights, lr=0.05)
    for _ in range(num_steps):
        starts = torch.randint(0, len(data_train) - 24, (4,))
        h = torch.zeros(4, rnn.hidden_state_size)
        for t in range(24):
            h = torch.tanh(h @ rnn.w.T + data_train[starts + t] @ rnn.u.T + rnn.b)
        loss = ((h @ rnn.v + rnn.c - data_train[starts + 24, 1]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    for weight in weights:
        weight.requires_grad_(False)
    return rnn, losses
