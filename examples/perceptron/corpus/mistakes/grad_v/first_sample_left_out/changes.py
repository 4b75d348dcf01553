# %% grad_v
def grad_v(y_true, y_pred, hidden):
    grad = np.zeros(hidden.shape[1])
    for n in range(1, len(y_true)):
        grad += 2 * (y_pred[n] - y_true[n]) * hidden[n]
    return grad / len(y_true)
