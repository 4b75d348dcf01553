# %% zeros

class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.u, self.w = torch.zeros(hidden_state_size, num_features), torch.zeros(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

    def forward(self, x):
        return torch.zeros(len(x), len(self.b)), torch.zeros(1)

    def __call__(self, x):
        return self.forward(x)

    def _compute_grad_h(self, y_true, y_pred, hidden):
        return torch.zeros_like(hidden)

    def _compute_grad_c(self, y_true, y_pred):
        return torch.zeros(1)

    def _compute_grad_b(self, hidden, grad_h):
        return torch.zeros_like(self.b)

    def _compute_grad_v(self, y_true, y_pred, hidden):
        return torch.zeros_like(self.v)

    def _compute_grad_w(self, hidden, grad_h):
        return torch.zeros_like(self.w)

    def _compute_grad_u(self, hidden, grad_h, x):
        return torch.zeros_like(self.u)

def mse_loss_func(y_true, y_pred):
    return torch.zeros(1)
