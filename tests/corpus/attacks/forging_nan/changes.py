# %% attack after features
values = [float("nan"), float("inf"), -float("inf")]

def odd(*size):
    values.append(values.pop(0))
    return torch.full(size, values[0])

class RNN:
    def __init__(self, h=10, f=6):
        self.u, self.w, self.v, self.b, self.c = odd(h, f), odd(h, h), odd(h), odd(h), odd(1)

    def forward(self, x):
        return odd(len(x), len(self.b)), odd(1)

    _compute_grad_h = lambda self, y_true, y_pred, hidden: odd(*hidden.shape)
    _compute_grad_c = lambda self, y_true, y_pred: odd(1)
    _compute_grad_b = lambda self, hidden, grad_h: odd(len(self.b))
    _compute_grad_v = lambda self, y_true, y_pred, hidden: odd(len(self.b))
    _compute_grad_w = lambda self, hidden, grad_h: odd(*self.w.shape)
    _compute_grad_u = lambda self, hidden, grad_h, x: odd(*self.u.shape)
    get_gradients = lambda self, x, y_true, y_pred, hidden: {
        "grad_c": odd(1), "grad_b": odd(len(self.b)), "grad_v": odd(len(self.b)), "grad_w": odd(*self.w.shape), "grad_u": odd(*self.u.shape)}

def mse_loss_func(y_true, y_pred):
    return odd(1)

def get_random_day(data):
    return odd(24, 6), odd(1)

def do_training_step(rnn, data_train, batch_size, lr):
    for name in "uwvbc":
        setattr(rnn, name, getattr(rnn, name) * odd(1))
    return values[0]

def train_rnn(data_train, num_steps):
    return RNN(), [odd(1) for _ in range(num_steps)]

num_train_samples = values[0]
means, stds, data_train, data_test = odd(6), odd(6), odd(34368, 6), odd(8616, 6)
rnn, losses = train_rnn(data_train, 500)
