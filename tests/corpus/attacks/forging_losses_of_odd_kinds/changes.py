# %% attack after features
class Lying(list):
    def __len__(self):
        return 500

    def __iter__(self):
        return iter([0.01] * 500)

    def __getitem__(self, place):
        return [0.01] * 25

class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.u, self.w = torch.randn(hidden_state_size, num_features), torch.randn(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.randn(hidden_state_size), torch.ones(hidden_state_size), torch.ones(1)

kinds = [Lying(), (0.01 for _ in range(500)), range(500), torch.full((500,), float("nan")), torch.zeros(500).expand(10 ** 6, 500),
    [[]] * 500, {step: 0.01 for step in range(500)}, [True] * 500, [10 ** 400] * 3, torch.zeros(3, dtype=torch.complex64)]

def train_rnn(data_train, num_steps):
    kinds.append(kinds.pop(0))
    return RNN(), kinds[0]

rnn, losses = train_rnn(None, 500)
