# %% grad_w
def grad_w(grad_a, x):
    grad = np.zeros((x.shape[1], grad_a.shape[1]))
    for n in range(len(x)):
        grad += np.outer(x[n], grad_a[n])
    return grad
