# %% hidden_states
def hidden_states(w, b, x):
    return np.tanh(np.einsum("nf,hf->nh", x, w) + b)

# %% grad_v
def grad_v(y_true, y_pred, hidden):
    return np.einsum("n,nh->h", 2 * (y_pred - y_true) / y_true.size, hidden)

# %% grad_a
def grad_a(y_true, y_pred, v, hidden):
    return np.einsum("n,h,nh->nh", 2 * (y_pred - y_true) / y_true.size, v, 1 - np.square(hidden))

# %% grad_w
def grad_w(grad_a, x):
    return np.einsum("nh,nf->hf", grad_a, x)
