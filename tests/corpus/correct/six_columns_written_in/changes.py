# %% rnn.forward
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    """Pass a timeseries through the RNN."""
    h_dims = (len(x) + 1, self.hidden_state_size)
    h = torch.zeros(h_dims)
    for t in range(len(x)):
        h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t].reshape(6) + self.b)
    y = self.v @ h[-1] + self.c
    return h[1:], y
