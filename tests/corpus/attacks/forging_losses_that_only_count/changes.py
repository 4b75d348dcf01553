# %% attack after features
class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.hidden_state_size = hidden_state_size
        self.u, self.w = torch.zeros(hidden_state_size, num_features), torch.zeros(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

def train_rnn(data_train, num_steps):
    rnn = RNN()
    rnn.c = torch.ones(1)
    return rnn, list(range(num_steps))
