# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int = 4, lr: float = 0.05, verbose: bool = False) -> float:
    losses = torch.zeros(batch_size)
    grads = []
    for i in range(batch_size):
        x, y = get_random_day(data_train)
        h, y_hat = rnn(x)
        losses[i] = mse_loss_func(y, y_hat)
        grads.append(rnn.get_gradients(x, y, y_hat, h))
    for p in 'u', 'w', 'v', 'b', 'c':
        g = torch.stack([grad['grad_' + p] for grad in grads]).mean(0)
        getattr(rnn, p).copy_(getattr(rnn, p) - lr * g)
    if verbose:
        print(losses)
    return losses.mean().item()

# %% training_loop
def train_rnn(data_train: Tensor, num_steps, batch_size=2, lr=0.02, log_every=None) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()
    for step in range(num_steps):
        losses.append(do_training_step(rnn, data_train, batch_size, lr))
        if log_every and step % log_every == 0:
            print(step, losses[-1])
    return rnn, losses

# %% train
rnn, losses = train_rnn(data_train, num_steps=500, log_every=100)
plt.plot(losses)
plt.show()
