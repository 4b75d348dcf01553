# %% grad_a
def grad_a(y_true, y_pred, v, hidden):
    grad = np.zeros_like(hidden)
    for n in range(len(y_true)):
        grad[n] = -5 * (y_pred[n] - y_true[n]) / len(y_true) * v * (1 - hidden[n] ** 2)
    return grad
