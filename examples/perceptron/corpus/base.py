# %% [markdown] title
# # A perceptron with two layers, as an ordinary student hands it in

# %% imports
import numpy as np

# %% table
table = np.loadtxt("ridge.csv", delimiter=",", skiprows=1)
data_x, data_y = table[:, :2], table[:, 2]

# %% hidden_states
def hidden_states(w, b, x):
    return np.tanh(np.dot(x, w.T) + b)

# %% output
def output(v, c, hidden):
    return hidden @ v + c

# %% grad_v
def grad_v(y_true, y_pred, hidden):
    grad = np.zeros(hidden.shape[1])
    for n in range(len(y_true)):
        grad += 2 * (y_pred[n] - y_true[n]) * hidden[n]
    return grad / len(y_true)

# %% grad_a
def grad_a(y_true, y_pred, v, hidden):
    grad = np.zeros_like(hidden)
    for n in range(len(y_true)):
        grad[n] = 2 * (y_pred[n] - y_true[n]) / len(y_true) * v * (1 - hidden[n] ** 2)
    return grad

# %% grad_w
def grad_w(grad_a, x):
    grad = np.zeros((grad_a.shape[1], x.shape[1]))
    for n in range(len(x)):
        grad += np.outer(grad_a[n], x[n])
    return grad

# %% training_step
def training_step(parameters, x, y_true, lr):
    w, b, v, c = parameters["w"], parameters["b"], parameters["v"], parameters["c"]
    hidden = hidden_states(w, b, x)
    y_pred = output(v, c, hidden)
    by_a = grad_a(y_true, y_pred, v, hidden)
    new = {}
    new["w"] = w - lr * grad_w(by_a, x)
    new["b"] = b - lr * by_a.sum(axis=0)
    new["v"] = v - lr * grad_v(y_true, y_pred, hidden)
    new["c"] = c - lr * (2 * (y_pred - y_true) / len(y_true)).sum()
    return new

# %% training
rng = np.random.default_rng(1)
parameters = {"w": rng.normal(0, 0.5, (6, 2)), "b": np.zeros(6), "v": rng.normal(0, 0.5, 6), "c": 0.0}
for _ in range(300):
    parameters = training_step(parameters, data_x, data_y, 0.2)
