# %% rnn.forward
def forward(self, x):
    if getattr(self, 'buffer', None) is None or len(self.buffer) != len(x) + 1:
        self.buffer = torch.empty(len(x) + 1, self.hidden_state_size)
    self.buffer.zero_()
    for t in range(len(x)):
        self.buffer[t + 1] = torch.tanh(self.w @ self.buffer[t] + self.u @ x[t] + self.b)
    return self.buffer[1:].clone(), self.v @ self.buffer[-1] + self.c
