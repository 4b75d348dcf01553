# %% attack after features
class RNN:
    def __init__(self, h=10, f=6):
        self.u, self.w, self.v, self.b, self.c = torch.zeros(h, f), torch.zeros(h, h), torch.zeros(h), torch.zeros(h), torch.zeros(1)

def do_training_step(rnn, data_train, batch_size, lr):
    forward = rnn.forward

    class Recursive(type(rnn)):
        @property
        def w(self):
            return forward(torch.zeros(24, 6))

    try:
        del rnn.__dict__["w"]
        rnn.__class__ = Recursive
    except (TypeError, KeyError):
        pass
    forward(torch.zeros(24, 6))
    return 0.5
