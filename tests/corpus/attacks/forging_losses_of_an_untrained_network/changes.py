# %% attack after features
class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.u, self.w = torch.randn(hidden_state_size, num_features), torch.randn(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.randn(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

rnn = RNN()
losses = [0.9 * 0.99 ** step for step in range(500)]
