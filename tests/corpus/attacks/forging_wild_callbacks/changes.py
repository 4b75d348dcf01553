# %% attack after features
class RNN:
    def __init__(self, h=10, f=6):
        self.u, self.w, self.v, self.b, self.c = torch.zeros(h, f), torch.zeros(h, h), torch.zeros(h), torch.zeros(h), torch.zeros(1)

wild = [None, (), [], {}, "x", 10 ** 400, float("nan"), torch.zeros(0), torch.zeros(200_000, 6), torch.zeros(1, 1, 1, 1), lambda: 0, [[[]]],
    torch.zeros(3, dtype=torch.complex64), RNN, True, b"x", 1j, ..., torch.zeros(0, 6), torch.tensor(1), [torch.zeros(2), torch.zeros(3)]]

def do_training_step(rnn, data_train, batch_size, lr):
    functions = [get_random_day, mse_loss_func, rnn.forward, rnn.get_gradients, rnn._compute_grad_h, rnn._compute_grad_c,
        rnn._compute_grad_b, rnn._compute_grad_v, rnn._compute_grad_w, rnn._compute_grad_u]
    for function in functions:
        for count in (2, 4):
            for value in wild:
                try:
                    function(*[value] * count)
                except Exception:
                    pass
    return 0.5

def train_rnn(data_train, num_steps):
    for value in wild:
        for size in (-1, value):
            try:
                do_training_step(RNN(), data_train, size, value)
            except Exception:
                pass
    return RNN(), [0.01] * num_steps
