# %% tags=["master-only"]
# The notebook's master: `autograder build` makes the students' notebook and the solved one from it.

# %% [markdown]
# # A perceptron with two layers
#
# Its hidden layer is $\mathbf{h} = \tanh(\mathbf{W} \mathbf{x} + \mathbf{b})$, its output
# $\hat{y} = \mathbf{v}^T \mathbf{h} + c$. The loss is the mean of $(\hat{y} - y)^2$ over $N$ samples. You write its
# forward pass and its gradients by hand, for all samples at once: `x` has the shape (N, F), `hidden` (N, H), `w` (H, F).

# %%
import numpy as np
import otter

grader = otter.Notebook(tests_dir="tests")

# %%
table = np.loadtxt("ridge.csv", delimiter=",", skiprows=1)
data_x, data_y = table[:, :2], table[:, 2]
data_x.shape

# %% [markdown]
# **Exercise 1.** The hidden layer.


# %%
def hidden_states(w, b, x):
    """The states of all samples, (N, H), for w (H, F), b (H,), x (N, F)."""
    # TODO: Compute the hidden layer
    # BEGIN SOLUTION
    return np.tanh(x @ w.T + b)
    # END SOLUTION


# %%
grader.check("hidden_states")


# %%
def output(v, c, hidden):
    """The prediction for each sample, (N,)."""
    return hidden @ v + c


# %% [markdown] autograder={"manual": "derivation"}
# **Exercise 2.** Let $\mathbf{a} = \mathbf{W} \mathbf{x} + \mathbf{b}$. Derive $\nabla_{\mathbf{v}}$,
# $\nabla_{\mathbf{a}}$ and $\nabla_{\mathbf{W}}$ of the loss. Write your answer into this cell.
#
# # BEGIN PROMPT
# *Your answer here.*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# With $r_n = \frac{2}{N} (\hat{y}_n - y_n)$: $\nabla_{\mathbf{v}} = \sum_n r_n \mathbf{h}_n$,
# $\nabla_{\mathbf{a}_n} = r_n \operatorname{diag}(1 - \mathbf{h}_n^2)\, \mathbf{v}$,
# $\nabla_{\mathbf{W}} = \sum_n \nabla_{\mathbf{a}_n} \mathbf{x}_n^T$.
# # END SOLUTION

# %% [markdown]
# **Exercise 3.** The gradient of the output weights, and that of the sums $\mathbf{a}$ of each sample.


# %%
def grad_v(y_true, y_pred, hidden):
    """The gradient by v, (H,), for y_true and y_pred (N,), hidden (N, H)."""
    # TODO: Compute the gradient
    # BEGIN SOLUTION
    return 2 / len(y_true) * (y_pred - y_true) @ hidden
    # END SOLUTION


# %%
grader.check("grad_v")


# %%
def grad_a(y_true, y_pred, v, hidden):
    """The gradients by the sums a of each sample, (N, H), for v (H,)."""
    # TODO: Compute the gradients
    # BEGIN SOLUTION
    factors = 2 / len(y_true) * (y_pred - y_true)
    return np.outer(factors, v) * (1 - hidden**2)
    # END SOLUTION


# %%
grader.check("grad_a")

# %% [markdown]
# **Exercise 4.** The gradient of the weights of the hidden layer.


# %%
def grad_w(grad_a, x):
    """The gradient by w, (H, F), for grad_a (N, H) and x (N, F)."""
    # TODO: Compute the gradient
    # BEGIN SOLUTION
    return grad_a.T @ x
    # END SOLUTION


# %%
grader.check("grad_w")

# %% [markdown]
# **Exercise 5.** One step downhill with your functions. The gradient by $\mathbf{b}$ is the sum of `grad_a` over the
# samples, the one by $c$ the sum of $\frac{2}{N} (\hat{y}_n - y_n)$.


# %%
def training_step(parameters, x, y_true, lr):
    """New parameters, a dictionary with w, b, v and c as `parameters` has them, after one step."""
    # TODO: Take the step
    # BEGIN SOLUTION
    w, b, v, c = (parameters[name] for name in "wbvc")
    hidden = hidden_states(w, b, x)
    y_pred = output(v, c, hidden)
    by_a = grad_a(y_true, y_pred, v, hidden)
    return {
        "w": w - lr * grad_w(by_a, x),
        "b": b - lr * by_a.sum(axis=0),
        "v": v - lr * grad_v(y_true, y_pred, hidden),
        "c": c - lr * 2 * np.mean(y_pred - y_true),
    }
    # END SOLUTION


# %%
grader.check("training_step")

# %% [markdown]
# **Training.** Nothing is to be done here: the loss should fall below 0.1.

# %%
rng = np.random.default_rng(1)
parameters = {"w": rng.normal(0, 0.5, (6, 2)), "b": np.zeros(6), "v": rng.normal(0, 0.5, 6), "c": 0.0}
for _ in range(300):
    parameters = training_step(parameters, data_x, data_y, 0.2)
np.mean(
    (
        output(parameters["v"], parameters["c"], hidden_states(parameters["w"], parameters["b"], data_x))
        - data_y
    )
    ** 2
)
