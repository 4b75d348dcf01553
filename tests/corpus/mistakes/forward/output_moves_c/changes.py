# %% rnn.forward
def forward(self, x):
    h = torch.zeros(len(x) + 1, self.hidden_state_size)
    for t in range(len(x)):
        h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
    y = self.c
    y += self.v @ h[-1]
    return h[1:], y
