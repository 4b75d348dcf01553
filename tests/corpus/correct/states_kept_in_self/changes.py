# %% rnn.forward
def forward(self, x):
    self.x = x
    self.h = torch.zeros(len(x) + 1, self.hidden_state_size)
    for t in range(len(x)):
        self.h[t + 1] = torch.tanh(self.w @ self.h[t] + self.u @ x[t] + self.b)
    self.y = self.v @ self.h[-1] + self.c
    return self.h[1:], self.y

# %% look_inside after rnn_check
plt.imshow(rnn.h.T)
plt.show()
