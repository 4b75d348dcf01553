# %% rnn.__init__
def __init__(self, hidden_state_size: int = 10, num_features: int = 6) -> None:
    self.hidden_state_size = hidden_state_size
    self.num_features = num_features
    init_distribution = Normal(0, 0.001)
    self.weights = {
        'u': init_distribution.sample((hidden_state_size, num_features)),
        'w': init_distribution.sample((hidden_state_size, hidden_state_size)),
        'v': init_distribution.sample((hidden_state_size,)),
        'b': torch.zeros(hidden_state_size),
        'c': torch.zeros(1),
    }

u = property(lambda self: self.weights['u'], lambda self, value: self.weights.update(u=value))
w = property(lambda self: self.weights['w'], lambda self, value: self.weights.update(w=value))
v = property(lambda self: self.weights['v'], lambda self, value: self.weights.update(v=value))
b = property(lambda self: self.weights['b'], lambda self, value: self.weights.update(b=value))
c = property(lambda self: self.weights['c'], lambda self, value: self.weights.update(c=value))
