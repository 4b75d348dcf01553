# %% attack after features
class RNN:
    def __init__(self, hidden_state_size=1900, num_features=6):
        self.hidden_state_size = hidden_state_size
        self.num_features = num_features
        self.u = torch.zeros(hidden_state_size, num_features, dtype=torch.float16)
        self.w = torch.zeros(hidden_state_size, hidden_state_size, dtype=torch.float16)
        self.v = torch.zeros(hidden_state_size, dtype=torch.float16)
        self.b = torch.zeros(hidden_state_size, dtype=torch.float16)
        self.c = torch.zeros(1, dtype=torch.float16)


def train_rnn(data_train, num_steps):
    rnn = RNN()
    return rnn, [do_training_step(rnn, data_train, 10**6, 0.1)] * num_steps


rnn, losses = RNN(), [0.01] * 500
