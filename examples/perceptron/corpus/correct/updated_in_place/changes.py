# %% training_step
def training_step(parameters, x, y_true, lr):
    new = {name: np.array(value, dtype=float) for name, value in parameters.items()}
    hidden = hidden_states(new["w"], new["b"], x)
    y_pred = output(new["v"], new["c"], hidden)
    by_a = grad_a(y_true, y_pred, new["v"], hidden)
    by_v = grad_v(y_true, y_pred, hidden)
    new["w"] -= lr * grad_w(by_a, x)
    new["b"] -= lr * np.sum(by_a, axis=0)
    new["v"] -= lr * by_v
    new["c"] -= lr * 2 * np.mean(y_pred - y_true)
    return new
