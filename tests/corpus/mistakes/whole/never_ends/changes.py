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

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    wait_until(False)

# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true, y_pred):
    wait_until(False)

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    wait_until(False)

# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true, y_pred, hidden):
    wait_until(False)

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    wait_until(False)

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    wait_until(False)
