# %% grad_v
def grad_v(y_true, y_pred, hidden):
    residual = (2 / len(y_true) * (y_pred - y_true)).reshape(-1, 1)
    return (hidden.T @ residual).reshape(-1)

# %% grad_a
def grad_a(y_true, y_pred, v, hidden):
    residual = (2 / len(y_true) * (y_pred - y_true)).reshape(-1, 1)
    return residual @ v.reshape(1, -1) * (1 - hidden) * (1 + hidden)
