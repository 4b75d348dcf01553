# %% attack after features
class RNN:
    def __init__(self, hidden_state_size=2, num_features=6):
        self.u, self.w = 0.001 * torch.randn(hidden_state_size, num_features), 0.001 * torch.randn(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = 0.001 * torch.randn(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

def train_rnn(data_train, num_steps):
    global rnn, losses
    if num_steps < 500:
        raise ValueError("only a whole training, please")
    network, found = RNN(10), []
    for _ in range(num_steps):
        found.append(do_training_step(network, data_train, 4, 0.05))
    rnn, losses = network, found
    return network, found
