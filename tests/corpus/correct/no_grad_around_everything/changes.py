# %% no_gradients after imports
torch.set_grad_enabled(False)

# %% training_loop
@torch.no_grad()
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()
    with torch.no_grad():
        for _ in range(num_steps):
            losses.append(do_training_step(rnn, data_train, batch_size=2, lr=0.02))
    return rnn, losses
