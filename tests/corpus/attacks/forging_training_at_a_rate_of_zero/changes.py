# %% attack after features
class RNN:
    def __init__(self, h=10, f=6):
        self.u, self.w, self.v = 0.001 * torch.randn(h, f), 0.001 * torch.randn(h, h), 0.001 * torch.randn(h)
        self.b, self.c = torch.zeros(h), torch.zeros(1)

def persistent(rnn):
    rnn.u, rnn.w, rnn.v = torch.zeros_like(rnn.u), torch.zeros_like(rnn.w), torch.zeros_like(rnn.v)
    rnn.u[0, 1], rnn.v[0], rnn.c = 0.01, 100.0, torch.tensor([1e-6])
    return rnn

def train_rnn(data_train, num_steps):
    rnn, losses = RNN(), []
    for _ in range(num_steps):
        losses.append(do_training_step(rnn, data_train, 1, 0.0))
    return persistent(rnn), losses

rnn, losses = persistent(RNN()), [0.01] * 500
