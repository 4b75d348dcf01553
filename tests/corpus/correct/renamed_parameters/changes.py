# %% random_day
def get_random_day(d):
    i = torch.randint(high=len(d) - 24, size=(1,))
    return d[i: i + 24], d[i + 24, 1]

# %% rnn.forward
def forward(self, inp):
    states = torch.zeros(len(inp) + 1, self.hidden_state_size)
    for step in range(len(inp)):
        states[step + 1] = torch.tanh(self.w @ states[step] + self.u @ inp[step] + self.b)
    return states[1:], self.v @ states[-1] + self.c

# %% rnn._compute_grad_h
def _compute_grad_h(self, target, prediction, H):
    G = torch.zeros_like(H)
    G[-1] = 2 * (prediction - target) * self.v
    for k in range(H.size(0) - 1, 0, -1):
        G[k - 1] = self.w.T @ ((1 - H[k] ** 2) * G[k])
    return G

# %% rnn._compute_grad_c
def _compute_grad_c(self, target, prediction):
    return -2 * (target - prediction)

# %% rnn._compute_grad_b
def _compute_grad_b(self, H, G):
    return ((1 - H ** 2) * G).sum(axis=0)

# %% rnn._compute_grad_v
def _compute_grad_v(self, target, prediction, H):
    return -2 * (target - prediction) * H[-1, :]

# %% rnn._compute_grad_w
def _compute_grad_w(self, H, G):
    return ((1 - H ** 2) * G)[1:].T @ H[:-1]

# %% rnn._compute_grad_u
def _compute_grad_u(self, H, G, inp):
    return ((1 - H ** 2) * G).T @ inp

# %% loss
def mse_loss_func(target, prediction):
    return torch.square(prediction - target)

# %% training_step
def do_training_step(net, train, size, eta):
    total = 0
    collected = {name: [] for name in ("c", "b", "v", "w", "u")}
    for _ in range(size):
        inp, target = get_random_day(train)
        H, prediction = net(inp)
        total += mse_loss_func(target, prediction).item()
        gradients = net.get_gradients(inp, target, prediction, H)
        for name in collected:
            collected[name].append(gradients["grad_" + name])
    for name in collected:
        setattr(net, name, getattr(net, name) - eta * sum(collected[name]) / size)
    return total / size

# %% training_loop
def train_rnn(train, n):
    net = RNN()
    history = [do_training_step(net, train, 4, 0.05) for _ in range(n)]
    return net, history

# %% train
rnn, losses = train_rnn(data_train, 500)
plt.plot(losses)
plt.show()
