# %% tags=["master-only"]
# The notebook's master: `autograder build` makes the students' notebook and the solved one from it.
# What stands between BEGIN PROMPT and END PROMPT is the students' only, what is marked SOLUTION the solution's only.

# %% [markdown]
# # A first lab
#
# You fit a line $y = a x + b$ to points, with a gradient that you derive yourself.

# %%
import urllib.request

import numpy as np
import otter
from plots import picture

grader = otter.Notebook(tests_dir="tests")

# %%
urllib.request.urlretrieve("https://example.org/points.csv", "points.csv")
table = np.loadtxt("points.csv", delimiter=",", skiprows=1)
print(picture(table[:, 0], table[:, 1]))

# %% [markdown]
# **Exercise 1.** The mean of $(a x_i + b - y_i)^2$, for lists of numbers.


# %%
def loss(a, b, xs, ys):
    # TODO: Compute the mean squared error
    # BEGIN SOLUTION
    return sum((a * x + b - y) ** 2 for x, y in zip(xs, ys)) / len(xs)
    # END SOLUTION


# %%
grader.check("loss")

# %% [markdown] autograder={"manual": "derivation"}
# **Exercise 2.** Derive the gradient of the loss. Write your answer into this cell.
#
# # BEGIN PROMPT
# *Your answer here.*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# By the chain rule, $\partial L/\partial a = \frac{1}{n} \sum_i 2 (a x_i + b - y_i)\, x_i$, and without $x_i$ for $b$.
# # END SOLUTION


# %%
def gradient(a, b, xs, ys):
    """The pair (by a, by b)."""
    # TODO: Compute both derivatives
    # BEGIN SOLUTION
    differences = [2 * (a * x + b - y) / len(xs) for x, y in zip(xs, ys)]
    return sum(d * x for d, x in zip(differences, xs)), sum(differences)
    # END SOLUTION


# %%
grader.check("gradient")

# %% [markdown]
# **Exercise 3.** Start at $a = b = 0$ and take steps downhill, each with your gradient.


# %%
def descend(xs, ys, steps, lr):
    """The pair (a, b) after the last step."""
    # TODO: Take the steps
    # BEGIN SOLUTION
    a = b = 0.0
    for _ in range(steps):
        by_a, by_b = gradient(a, b, xs, ys)
        a, b = a - lr * by_a, b - lr * by_b
    return a, b
    # END SOLUTION


# %%
grader.check("descend")
