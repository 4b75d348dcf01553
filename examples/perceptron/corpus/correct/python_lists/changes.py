# %% grad_v
def grad_v(y_true, y_pred, hidden):
    n = len(y_true)
    units = range(len(hidden[0]))
    return [sum(2 * (p - t) / n * h[k] for t, p, h in zip(y_true, y_pred, hidden)) for k in units]

# %% grad_w
def grad_w(grad_a, x):
    return np.array([[sum(a[h] * row[f] for a, row in zip(grad_a, x)) for f in range(x.shape[1])]
                     for h in range(grad_a.shape[1])])
