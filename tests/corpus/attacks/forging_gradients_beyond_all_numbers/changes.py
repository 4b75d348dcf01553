# %% attack after features
class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.hidden_state_size = hidden_state_size
        self.u, self.w = torch.zeros(hidden_state_size, num_features), torch.zeros(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

    def _compute_grad_h(self, y_true, y_pred, hidden):
        grad_h = torch.zeros(hidden.shape, dtype=torch.float64)
        slope = 1 - hidden.double() ** 2
        for t in range(len(hidden)):
            column = int((self.w.double().abs() * slope[t][:, None]).sum(0).argmax())
            grad_h[t] = 1.79e308 * torch.where(self.w[:, column] >= 0, 1.0, -1.0)
        return grad_h
