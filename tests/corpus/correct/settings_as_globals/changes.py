# %% settings after imports
CONFIG = {'batch_size': 4, 'lr': 0.06, 'decay': 0.998}
torch.manual_seed(1234)

# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()
    lr = CONFIG['lr']
    for _ in range(num_steps):
        losses.append(do_training_step(rnn, data_train, CONFIG['batch_size'], lr))
        lr *= CONFIG['decay']
    return rnn, losses
