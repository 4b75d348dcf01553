# %% wait after imports
import time


def wait_until(done):
    while not done:
        time.sleep(0.01)

# %% rnn.forward
def forward(self, x):
    h = torch.zeros(len(x) + 1, self.hidden_state_size)
    wait_until(h[0].any())
    return h[1:], self.c

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    wait_until(False)
