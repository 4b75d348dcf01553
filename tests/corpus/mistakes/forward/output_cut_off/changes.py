# %% rnn.forward
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    h = torch.zeros((len(x) + 1, self.hidden_state_size))
    for i in range(len(x)):
        h[i + 1] = torch.tanh(self.w @ h[i] + self.u @ x[i] + self.b)
    y = torch.clamp(self.v @ h[-1] + self.c, -4, 4)
    return h[1:], y
