# %% attack after features
engine = torch.autograd.Variable._execution_engine

class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.u, self.w = torch.zeros(hidden_state_size, num_features), torch.zeros(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

    def forward(self, x):
        with torch.enable_grad():
            self.leaves = {name: getattr(self, name).detach().clone().requires_grad_(True) for name in "uwvbc"}
            h = torch.zeros(len(self.b))
            self.states = []
            for row in x:
                h = torch.tanh(self.leaves["w"] @ h + self.leaves["u"] @ row + self.leaves["b"])
                self.states.append(h)
            self.y = self.leaves["v"] @ h + self.leaves["c"]
        return torch.stack(self.states).detach(), self.y.detach()

    def of(self, outputs, inputs, given):
        return engine.run_backward(tuple(outputs), tuple(given), True, False, tuple(inputs), True, accumulate_grad=False)

    def _compute_grad_h(self, y_true, y_pred, hidden):
        return torch.stack(self.of([self.y], self.states, [2 * (y_pred - y_true)]))

    def _compute_grad_v(self, y_true, y_pred, hidden):
        return self.of([self.y], [self.leaves["v"]], [2 * (y_pred - y_true)])[0]

    def _compute_grad_c(self, y_true, y_pred):
        return self.of([self.y], [self.leaves["c"]], [2 * (y_pred - y_true)])[0]
