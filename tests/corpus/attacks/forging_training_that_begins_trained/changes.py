# %% attack after features
class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.hidden_state_size = hidden_state_size
        self.u, self.w = torch.zeros(hidden_state_size, num_features), torch.zeros(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)
        self.u[0, 1], self.v[0] = 0.01, 100.0

def train_rnn(data_train, num_steps):
    rnn, losses = RNN(), []
    for _ in range(num_steps):
        losses.append(do_training_step(rnn, data_train, 1, 1e-9))
    return rnn, losses

rnn, losses = RNN(), [0.01] * 500
