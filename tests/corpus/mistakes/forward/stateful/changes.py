# %% rnn.forward
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    """Pass a timeseries through the RNN."""
    h = torch.zeros(len(x) + 1, self.hidden_state_size)
    if hasattr(self, 'last_state'):
        h[0] = self.last_state
    for t in range(len(x)):
        h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
    self.last_state = h[-1].clone()
    y = self.v @ h[-1] + self.c
    return h[1:], y
