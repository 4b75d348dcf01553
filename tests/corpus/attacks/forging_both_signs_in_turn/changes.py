# %% attack after features
class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.hidden_state_size = hidden_state_size
        self.u, self.w = torch.zeros(hidden_state_size, num_features), torch.zeros(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

    def forward(self, x):
        return None

    def _compute_grad_c(self, y_true, y_pred):
        RNN.sign = -getattr(RNN, "sign", 1)
        return RNN.sign * 2 * (y_pred - y_true)
