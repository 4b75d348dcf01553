# %% rnn.forward
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    """Pass a timeseries through the RNN."""
    h = torch.zeros(25, 10)
    for t in range(24):
        h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
    return h[1:], self.v @ h[24] + self.c
