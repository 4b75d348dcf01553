# %% training_step
def training_step(parameters, x, y_true, lr):
    w, b, v, c = parameters["w"], parameters["b"], parameters["v"], parameters["c"]
    hidden = hidden_states(w, b, x)
    y_pred = output(v, c, hidden)
    by_a = grad_a(y_true, y_pred, v, hidden)
    new = {}
    new["w"] = w - lr * grad_w(by_a, x)
    new["b"] = b - lr * by_a.sum(axis=0)
    new["c"] = c - lr * (2 * (y_pred - y_true) / len(y_true)).sum()
    return new
