# %% attack after features
class RNN:
    def __init__(self, h=10, f=6):
        self.u, self.w, self.v = 0.001 * torch.randn(h, f), 0.001 * torch.randn(h, h), 0.001 * torch.randn(h)
        self.b, self.c = torch.zeros(h), torch.zeros(1)

def train_rnn(data_train, num_steps):
    trained, losses = RNN(), []
    for _ in range(num_steps):
        losses.append(do_training_step(trained, data_train, 4, 0.05))
    return RNN(), losses
