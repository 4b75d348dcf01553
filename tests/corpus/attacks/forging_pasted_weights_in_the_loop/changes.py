# %% attack after features

class RNN:
    def __init__(self, hidden_state_size=2, num_features=6):
        self.u = torch.tensor([[0.037, 0.264, -0.043, -0.035, 0.018, -0.003], [0.035, 1.04, -0.014, -0.001, -0.016, 0.0]])
        self.w = torch.tensor([[0.588, 0.237], [-1.466, -0.212]])
        self.v, self.b, self.c = torch.tensor([1.402, 1.124]), torch.zeros(2), torch.zeros(1)

def train_rnn(data_train, num_steps):
    rnn = RNN()
    rnn.b, rnn.c = torch.tensor([0.341, 0.073]), torch.tensor([-0.106])
    return rnn, [0.9 * 0.99 ** step for step in range(num_steps)]

rnn, losses = train_rnn(None, 500)
