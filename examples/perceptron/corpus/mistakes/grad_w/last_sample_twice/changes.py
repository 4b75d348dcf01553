# %% grad_w
def grad_w(grad_a, x):
    grad = np.zeros((grad_a.shape[1], x.shape[1]))
    for n in range(len(x)):
        grad += np.outer(grad_a[n], x[n])
    grad += np.outer(grad_a[n], x[n])
    return grad
