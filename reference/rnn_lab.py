# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% tags=["master-only"]
# The master of the lab: `autograder build` makes the students' template and the solution notebook
# from it. This cell reaches neither. Markers, as in otter assign:
#   name = value  # SOLUTION                          the template gets `name = ...`
#   # BEGIN SOLUTION ... # END SOLUTION               the template gets `...`
#   # SOLUTION NO PROMPT, # BEGIN SOLUTION NO PROMPT  the template gets nothing
#   """ # BEGIN PROMPT ... """  # END PROMPT          only the template gets these lines
# The tag leave-out promises that a cell carries no mark and draws no random number: grading leaves it out
# where it is untouched and nothing needs it. The tag raises-exception lets Jupyter go on behind a cell that
# fails: every cell has it that may fail while work is half done. {"manual": question, "item": code} names the
# item of grading_config.yml that is answered in a cell.
# The solution notebook says `# Compute` where the template says `# TODO: Compute`.
# Names, signatures and typing style are those of the lab, hence:
# ruff: noqa: C416, E402, E501, E741, PT018, SIM108, SIM115, UP006, UP035
# mypy: allow-untyped-defs, allow-incomplete-defs, allow-untyped-calls, allow-any-generics

# %% [markdown]
# # Lab 9: backpropagation through time
#
# The first two exercises are on paper: you derive the gradients of a simple recurrent network. In the
# third one you turn those formulas into code, without automatic differentiation, and train the network
# to tell the temperature of the next hour from a day of Beijing weather.
#
# Work through the notebook from top to bottom and fill in everything marked `TODO`. After each part a
# cell such as `grader.check("split")` runs the public tests on what you have so far, and
# `grader.check_all()` at the end runs all of them. Grading asks further questions of the same functions,
# with other sizes and other data.
#
# *Restart the kernel and run all cells* goes through half-finished work, too: a cell that fails says why,
# and the ones behind it run all the same. You may hand in what is half finished. Each part earns its
# points by itself, and a mistake costs points only where it stands.
#
# | Part | Points |
# |---|---|
# | Exercise 1: one for each identity | 7 |
# | Exercise 2: one for each identity | 4 |
# | `split`: training and test days | 1 |
# | `standardize`: mean 0, standard deviation 1 | 2 |
# | `random_day`: 24 hours and the next temperature | 1 |
# | `forward`: the forward pass | 3 |
# | `grad_h`: gradient of the hidden states | 3 |
# | `grad_c`: gradient of c | 1 |
# | `grad_b`: gradient of b | 2 |
# | `grad_v`: gradient of V | 1 |
# | `grad_w`: gradient of W | 3 |
# | `grad_u`: gradient of U | 2 |
# | `loss`: the loss function | 1 |
# | `training_step`: one training step | 3 |
# | `training_loop`: the training loop, and a loss below 0.075 | 2 |

# %% [markdown]
# ## **Imports**

# %%
import csv
import os
import urllib.request
from operator import itemgetter
from typing import Dict, Tuple

import matplotlib.pyplot as plt
import torch
from matplotlib_inline.backend_inline import set_matplotlib_formats
from torch import Tensor
from torch.distributions import Normal

set_matplotlib_formats("png", "pdf")

# %%
import otter

grader = otter.Notebook(tests_dir="tests")

# %% [markdown]
# ## **Exercise 1**
#
# Here we obtain the backpropagation equations of a simple RNN from its forward equations. One input
# sequence $\mathbf{x}^{[1]}, \dots, \mathbf{x}^{[\tau]}$ is enough for that. With a hyperbolic tangent
# as activation, time step $t$ of the forward pass reads
#
# $$\mathbf{h}^{[t]} = \tanh \left( \mathbf{W} \mathbf{h}^{[t-1]} + \mathbf{U} \mathbf{x}^{[t]} + \mathbf{b} \right)$$
# $$\mathbf{y}^{[t]} = \mathbf{V} \mathbf{h}^{[t]} + \mathbf{c}$$
#
# Its parameters are the bias vectors $\mathbf{b}$ and $\mathbf{c}$ and three weight matrices:
# $\mathbf{U}$ from input to hidden state, $\mathbf{V}$ from hidden state to output, $\mathbf{W}$ from
# hidden state to hidden state. The output $\mathbf{y}^{[t]}$ has no activation function, because later
# we use the network for regression.
#
# The loss adds up over the time steps:
#
# $$\mathcal{L} = \sum_{t=1}^{\tau} \mathcal{L}\left(\mathbf{y}^{[t]}, \hat{\mathbf{y}}^{[t]}\right)$$
#
# Show that:
#
# $$\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} = \mathbf{V}^{T} (\nabla_{\mathbf{y}^{[\tau]}} \mathcal{L})$$
#
# $$\nabla_{\mathbf{h}^{[t]}} \mathcal{L} = \mathbf{W}^{T} \operatorname{diag} \left( 1 - \left( \mathbf{h}^{[t+1]} \right)^{2} \right) (\nabla_{\mathbf{h}^{[t+1]}} \mathcal{L}) + \mathbf{V}^{T} (\nabla_{\mathbf{y}^{[t]}} \mathcal{L})$$
#
# $$\nabla_{\mathbf{c}} \mathcal{L} = \sum_{t=1}^{\tau} \nabla_{\mathbf{y}^{[t]}} \mathcal{L}$$
#
# $$\nabla_{\mathbf{b}} \mathcal{L} = \sum_{t=1}^{\tau} \operatorname{diag} \left( 1 - \left( \mathbf{h}^{[t]} \right)^{2} \right) \nabla_{\mathbf{h}^{[t]}} \mathcal{L}$$
#
# $$\nabla_{\mathbf{V}} \mathcal{L} = \sum_{t=1}^{\tau} (\nabla_{\mathbf{y}^{[t]}} \mathcal{L})\, \mathbf{h}^{[t]^{T}}$$
#
# $$\nabla_{\mathbf{W}} \mathcal{L} = \sum_{t=1}^{\tau} \operatorname{diag} \left( 1 - \left( \mathbf{h}^{[t]} \right)^{2} \right) (\nabla_{\mathbf{h}^{[t]}} \mathcal{L})\, \mathbf{h}^{[t-1]^{T}}$$
#
# $$\nabla_{\mathbf{U}} \mathcal{L} = \sum_{t=1}^{\tau} \operatorname{diag} \left( 1 - \left( \mathbf{h}^{[t]} \right)^{2} \right) (\nabla_{\mathbf{h}^{[t]}} \mathcal{L})\, \mathbf{x}^{[t]^{T}}$$
#
# **Hint 1** (chain rule for vectors): let $\mathbf{x} \in \mathbb{R}^n$, $f: \mathbb{R}^n \to \mathbb{R}^m$
# and $g: \mathbb{R}^m \to \mathbb{R}$, and write $\mathbf{y} = f(\mathbf{x})$ and
# $z = g(\mathbf{y}) = g(f(\mathbf{x}))$. Then
# $\nabla_{\mathbf{x}} z = \nabla_{\mathbf{x}} \mathbf{y} \cdot \nabla_{\mathbf{y}} z$,
# where $\nabla_{\mathbf{y}} z \in \mathbb{R}^m$ and $\nabla_{\mathbf{x}} \mathbf{y} \in \mathbb{R}^{n \times m}$.
#
# **Hint 2**: draw the computational graph of the network unrolled over time. Along an edge, gradients
# are multiplied (chain rule); where several paths lead from the loss to the quantity you differentiate
# by, the gradients of the paths are added.
#
# **Where your answers go**: each identity has a cell of its own. Double-click it and put the way to its
# right-hand side in the place of *Your answer here*, in words, in LaTeX, or as a photograph: drag the picture
# file into the cell while you edit it (PNG or JPEG, a phone's picture made smaller first:
# at most 3 MB each, 6 MB an exercise). Repeating the identity earns nothing; each step needs its reason.

# %% [markdown] autograder={"manual": "derivation_general"}
# **Answer to exercise 1**
#
# # BEGIN PROMPT
# *Your answer here, if one text or photograph is for all of the seven identities. Otherwise leave this cell
# as it is: each identity has a cell below. LaTeX between dollar signs works in each cell (double-click to
# edit).*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# *Notation.* Let $\mathbf{a}^{[t]} = \mathbf{W} \mathbf{h}^{[t-1]} + \mathbf{U} \mathbf{x}^{[t]} + \mathbf{b}$, so
# $\mathbf{h}^{[t]} = \tanh(\mathbf{a}^{[t]})$. As in hint 1, entry $(i, j)$ of $\nabla_{\mathbf{x}} \mathbf{y}$ is
# $\partial y_j / \partial x_i$. The local gradients along the edges of the unrolled graph are:
#
# - $\nabla_{\mathbf{a}^{[t]}} \mathbf{h}^{[t]} = \operatorname{diag}\left(1 - (\mathbf{h}^{[t]})^2\right) =: \mathbf{D}^{[t]}$,
#   because $\tanh'(a) = 1 - \tanh^2(a)$ and $h_j^{[t]}$ depends on $a_j^{[t]}$ only;
# - $\nabla_{\mathbf{h}^{[t-1]}} \mathbf{a}^{[t]} = \mathbf{W}^T$, because $\partial a_j^{[t]} / \partial h_i^{[t-1]} = W_{ji}$;
# - $\nabla_{\mathbf{h}^{[t]}} \mathbf{y}^{[t]} = \mathbf{V}^T$, because $\partial y_j^{[t]} / \partial h_i^{[t]} = V_{ji}$;
# - $\nabla_{\mathbf{b}} \mathbf{a}^{[t]} = \mathbf{I}$ and $\nabla_{\mathbf{c}} \mathbf{y}^{[t]} = \mathbf{I}$.
#
# For the parameters, imagine a copy of its own for every time step ($\mathbf{W}^{[t]} = \mathbf{W}$ used in $\mathbf{a}^{[t]}$ only,
# and so on). Each copy has one path to the loss per step, and the gradient of the shared parameter is the sum over
# its copies. We also need
# $$\nabla_{\mathbf{a}^{[t]}} \mathcal{L} = \nabla_{\mathbf{a}^{[t]}} \mathbf{h}^{[t]} \cdot \nabla_{\mathbf{h}^{[t]}} \mathcal{L} = \mathbf{D}^{[t]} (\nabla_{\mathbf{h}^{[t]}} \mathcal{L}). \qquad (*)$$
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_general", "item": "h_last"}
# **Identity 1.1** $\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Last hidden state.** The only path from $\mathbf{h}^{[\tau]}$ to the loss passes $\mathbf{y}^{[\tau]}$. The chain
# rule gives
# $$\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} = \nabla_{\mathbf{h}^{[\tau]}} \mathbf{y}^{[\tau]} \cdot \nabla_{\mathbf{y}^{[\tau]}} \mathcal{L} = \mathbf{V}^T (\nabla_{\mathbf{y}^{[\tau]}} \mathcal{L}).$$
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_general", "item": "h_earlier"}
# **Identity 1.2** $\nabla_{\mathbf{h}^{[t]}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Earlier hidden states.** For $t < \tau$ two edges leave $\mathbf{h}^{[t]}$: one to $\mathbf{y}^{[t]}$, and one through
# $\mathbf{a}^{[t+1]}$ to $\mathbf{h}^{[t+1]}$. We add both paths:
# $$\nabla_{\mathbf{h}^{[t]}} \mathcal{L}
# = \nabla_{\mathbf{h}^{[t]}} \mathbf{a}^{[t+1]} \cdot \nabla_{\mathbf{a}^{[t+1]}} \mathbf{h}^{[t+1]} \cdot \nabla_{\mathbf{h}^{[t+1]}} \mathcal{L}
# + \nabla_{\mathbf{h}^{[t]}} \mathbf{y}^{[t]} \cdot \nabla_{\mathbf{y}^{[t]}} \mathcal{L}
# = \mathbf{W}^T \mathbf{D}^{[t+1]} (\nabla_{\mathbf{h}^{[t+1]}} \mathcal{L}) + \mathbf{V}^T (\nabla_{\mathbf{y}^{[t]}} \mathcal{L}).$$
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_general", "item": "c"}
# **Identity 1.3** $\nabla_{\mathbf{c}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Output bias.** $\mathbf{c}^{[t]}$ enters $\mathbf{y}^{[t]}$ with the identity as local gradient:
# $$\nabla_{\mathbf{c}} \mathcal{L} = \sum_{t=1}^{\tau} \nabla_{\mathbf{c}^{[t]}} \mathbf{y}^{[t]} \cdot \nabla_{\mathbf{y}^{[t]}} \mathcal{L} = \sum_{t=1}^{\tau} \nabla_{\mathbf{y}^{[t]}} \mathcal{L}.$$
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_general", "item": "b"}
# **Identity 1.4** $\nabla_{\mathbf{b}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Recurrent bias.** $\mathbf{b}^{[t]}$ enters $\mathbf{a}^{[t]}$ with the identity as local gradient; with $(*)$
# $$\nabla_{\mathbf{b}} \mathcal{L} = \sum_{t=1}^{\tau} \nabla_{\mathbf{b}^{[t]}} \mathbf{a}^{[t]} \cdot \nabla_{\mathbf{a}^{[t]}} \mathcal{L} = \sum_{t=1}^{\tau} \mathbf{D}^{[t]} \nabla_{\mathbf{h}^{[t]}} \mathcal{L}.$$
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_general", "item": "V"}
# **Identity 1.5** $\nabla_{\mathbf{V}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Output weights.** From $y_i^{[t]} = \sum_l V_{il} h_l^{[t]} + c_i$ follows
# $\partial y_i^{[t]} / \partial V_{kl}^{[t]} = \delta_{ik} h_l^{[t]}$, so
# $$(\nabla_{\mathbf{V}} \mathcal{L})_{kl} = \sum_{t=1}^{\tau} \sum_i \frac{\partial \mathcal{L}}{\partial y_i^{[t]}} \delta_{ik} h_l^{[t]} = \sum_{t=1}^{\tau} (\nabla_{\mathbf{y}^{[t]}} \mathcal{L})_k h_l^{[t]}
# \quad\Longrightarrow\quad \nabla_{\mathbf{V}} \mathcal{L} = \sum_{t=1}^{\tau} (\nabla_{\mathbf{y}^{[t]}} \mathcal{L})\, \mathbf{h}^{[t]^T}.$$
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_general", "item": "W"}
# **Identity 1.6** $\nabla_{\mathbf{W}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Recurrent weights.** From $a_i^{[t]} = \sum_l W_{il} h_l^{[t-1]} + \dots$ follows
# $\partial a_i^{[t]} / \partial W_{kl}^{[t]} = \delta_{ik} h_l^{[t-1]}$, so with $(*)$
# $$(\nabla_{\mathbf{W}} \mathcal{L})_{kl} = \sum_{t=1}^{\tau} (\nabla_{\mathbf{a}^{[t]}} \mathcal{L})_k h_l^{[t-1]}
# \quad\Longrightarrow\quad \nabla_{\mathbf{W}} \mathcal{L} = \sum_{t=1}^{\tau} \mathbf{D}^{[t]} (\nabla_{\mathbf{h}^{[t]}} \mathcal{L})\, \mathbf{h}^{[t-1]^T}.$$
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_general", "item": "U"}
# **Identity 1.7** $\nabla_{\mathbf{U}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Input weights.** In the same way $\partial a_i^{[t]} / \partial U_{kl}^{[t]} = \delta_{ik} x_l^{[t]}$, so
# $$\nabla_{\mathbf{U}} \mathcal{L} = \sum_{t=1}^{\tau} \mathbf{D}^{[t]} (\nabla_{\mathbf{h}^{[t]}} \mathcal{L})\, \mathbf{x}^{[t]^T}. \qquad \blacksquare$$
# # END SOLUTION

# %% [markdown]
# ## **Exercise 2**
#
# From here on the network only has to tell one number, the temperature of the next hour, from the
# weather of the past 24 hours. So there are no intermediate outputs: a single scalar is computed after
# the last step. The loss is the squared error, $\mathcal{L} = (\hat{y} - y)^2$, where $\hat{y}$ is the
# prediction and $y$ the true value.
#
# Show that under these conditions:
#
# $$\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} = 2(\hat{y} - y) \mathbf{V}^{T}$$
#
# $$\nabla_{\mathbf{h}^{[t]}} \mathcal{L} = \mathbf{W}^{T} \cdot \operatorname{diag} \left( 1 - \mathbf{h}^{[t+1]^{2}} \right) \cdot \nabla_{\mathbf{h}^{[t+1]}} \mathcal{L}$$
#
# $$\nabla_{\mathbf{c}} \mathcal{L} = 2(\hat{y} - y)$$
#
# $$\nabla_{\mathbf{V}} \mathcal{L} = 2(\hat{y} - y) \mathbf{h}^{[\tau]^{T}}$$

# %% [markdown] autograder={"manual": "derivation_last_step"}
# **Answer to exercise 2**
#
# # BEGIN PROMPT
# *Your answer here, if one text or photograph is for all of the four identities. Otherwise leave this cell
# as it is: each identity has a cell below.*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# The prediction is $\hat{y} = \mathbf{V} \mathbf{h}^{[\tau]} + c$ with $\mathbf{V} \in \mathbb{R}^{1 \times H}$; it plays the part of
# $\mathbf{y}^{[\tau]}$ in exercise 1. The loss depends on the output of the last step only:
# $$\nabla_{\mathbf{y}^{[\tau]}} \mathcal{L} = \frac{\partial (\hat{y} - y)^2}{\partial \hat{y}} = 2(\hat{y} - y), \qquad
# \nabla_{\mathbf{y}^{[t]}} \mathcal{L} = 0 \quad \text{for } t < \tau. \qquad (**)$$
#
# Below, $(**)$ is inserted into the identities of exercise 1. The gradients of $\mathbf{b}$, $\mathbf{W}$ and $\mathbf{U}$ keep their
# form, since they contain the outputs only through $\nabla_{\mathbf{h}^{[t]}} \mathcal{L}$.
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_last_step", "item": "h_last"}
# **Identity 2.1** $\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Last hidden state.** $\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} = \mathbf{V}^T (\nabla_{\mathbf{y}^{[\tau]}} \mathcal{L}) = 2(\hat{y} - y) \mathbf{V}^T$,
# where the scalar may be moved to the front.
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_last_step", "item": "h_earlier"}
# **Identity 2.2** $\nabla_{\mathbf{h}^{[t]}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Earlier hidden states.** The edge from $\mathbf{h}^{[t]}$ to an output is gone, so the second term vanishes:
# $$\nabla_{\mathbf{h}^{[t]}} \mathcal{L} = \mathbf{W}^T \operatorname{diag}\left(1 - \mathbf{h}^{[t+1]^2}\right) \nabla_{\mathbf{h}^{[t+1]}} \mathcal{L} + \mathbf{V}^T \cdot 0
# = \mathbf{W}^T \cdot \operatorname{diag}\left(1 - \mathbf{h}^{[t+1]^2}\right) \cdot \nabla_{\mathbf{h}^{[t+1]}} \mathcal{L}.$$
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_last_step", "item": "c"}
# **Identity 2.3** $\nabla_{\mathbf{c}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Output bias.** Of the sum only $t = \tau$ remains:
# $\nabla_{\mathbf{c}} \mathcal{L} = \sum_{t=1}^{\tau} \nabla_{\mathbf{y}^{[t]}} \mathcal{L} = \nabla_{\mathbf{y}^{[\tau]}} \mathcal{L} = 2(\hat{y} - y)$.
# # END SOLUTION

# %% [markdown] autograder={"manual": "derivation_last_step", "item": "V"}
# **Identity 2.4** $\nabla_{\mathbf{V}} \mathcal{L} =$
#
# # BEGIN PROMPT
# *Your answer here*
# # END PROMPT
# # BEGIN SOLUTION NO PROMPT
# **Output weights.** Again only $t = \tau$ remains:
# $\nabla_{\mathbf{V}} \mathcal{L} = \sum_{t=1}^{\tau} (\nabla_{\mathbf{y}^{[t]}} \mathcal{L})\, \mathbf{h}^{[t]^T} = 2(\hat{y} - y)\, \mathbf{h}^{[\tau]^T}$. $\blacksquare$
# # END SOLUTION

# %% [markdown]
# ## **Exercise 3**
#
# Now the forward and the backward pass of this network become code, which we train on real data. The
# notation is that of the first exercises.
#
# ### Prepare the data
#
# The model estimates the temperature of the following hour from weather measurements of the 24 hours
# before it. The table below lists the columns of the data set.
#
# We open the file `pollution.csv` where it lies beside this notebook, otherwise we download it, and look at
# its first rows and its size. As inputs we take DEWP, TEMP, PRES, Iws, Is and Ir. The pollution column pm2.5 has missing values (NA), which we do not want to deal with here,
# and the wind direction cbwd is not a number.
#
# | Column number | Column name | Column description |
# |---|---|---|
# | 1 | No | Row number |
# | 2 | year | Year |
# | 3 | month | Month |
# | 4 | day | Day |
# | 5 | hour | Hour |
# | 6 | pm2.5 | Pollution in PM2.5 concentration |
# | 7 | DEWP | Dew point |
# | 8 | TEMP | Temperature |
# | 9 | PRES | Pressure |
# | 10 | cbwd | Combined wind direction |
# | 11 | Iws | Cumulated wind speed |
# | 12 | Is | Cumulated hours of snow |
# | 13 | Ir | Cumulated hours of rain |
#
# The data: *Beijing PM2.5*, Song Xi Chen, UCI Machine Learning Repository, CC BY 4.0.

# %%
url = "https://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv"
try:
    if os.path.exists("pollution.csv"):
        response = open("pollution.csv", "rb")
    else:
        response = urllib.request.urlopen(url)
    lines = [l.decode("utf-8") for l in response.readlines()]
except OSError as problem:
    raise SystemExit(f"No weather data ({problem}). README.md says how to do without a network.") from None
data_list = [row for row in csv.reader(lines)]

# %% [markdown]
# The first row holds the names of the columns:

# %%
print(data_list[0])

# %% [markdown]
# We pick the columns of our features and make a tensor of them:

# %%
# Remove the header, and keep only the first 43000 entries
data_list = data_list[1:43001]

# Remove the last day, because some of its hours are missing
num_rows = len(data_list) - len(data_list) % 24
data_list = data_list[:num_rows]

filtered_data_list = []
for row in data_list:
    selection = itemgetter(6, 7, 8, 10, 11, 12)(row)
    filtered_data_list.append([float(elem) for elem in selection])

dataset = torch.tensor(filtered_data_list, dtype=torch.float)

print("The dataset has {} rows and {} features.".format(*dataset.shape))
print(dataset[:5])

# These are not needed any more
del data_list, filtered_data_list

# %% [markdown]
# The rows are sorted by time, oldest first. The last 20% of the days become the test set:

# %% tags=["raises-exception"]
# TODO: Compute the number of train samples if 20% of the days are separated for testing
# Hint: A day has 24 rows; no day may be cut in two
num_train_samples = 24 * int(0.8 * (len(dataset) // 24))  # SOLUTION

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]

# %% tags=["raises-exception"]
grader.check("split")

# %% [markdown]
# Next, standardize the data to zero mean and unit standard deviation:

# %% tags=["raises-exception"]
# TODO: Compute the mean of each column of the dataset
# The training rows alone, so that nothing of the test set leaks into the training # SOLUTION NO PROMPT
means = data_train.mean(dim=0)  # SOLUTION

# TODO: Compute the standard deviation of each column of the dataset
stds = data_train.std(dim=0)  # SOLUTION

# TODO: Standardize the training data
data_train = (data_train - means) / stds  # SOLUTION

# TODO: Standardize the test data
# Hint: With the same means and standard deviations
data_test = (data_test - means) / stds  # SOLUTION

# Check if standardization worked
print("This should be close to zero:", torch.mean(data_train, dim=0))
print("This should be close to one:", torch.std(data_train, dim=0))

# %% tags=["raises-exception"]
grader.check("standardize")

# %% [markdown]
# The next function returns one random sequence of 24 contiguous hours, and the temperature of the hour
# that follows, which is to be predicted:


# %% tags=["raises-exception"]
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """Get 24 random contiguous hours from the dataset."""
    # TODO: Sample a valid random index
    # Hint: As a tensor with one element, e.g. of shape (1,), it gives y the shape (1,)
    start_idx = torch.randint(0, len(data) - 24, (1,))  # SOLUTION

    x = data[start_idx : start_idx + 24]
    y = data[start_idx + 24, 1]
    # The 1 above selects the second feature, the temperature
    return x, y


# Check for correct shape
x, y = get_random_day(data_train)
assert x.shape == (24, 6) and y.shape == (1,)

# %% tags=["raises-exception"]
grader.check("random_day")

# %% [markdown]
# ### **RNN implementation**
#
# Our own RNN module starts with random weights U, W and V and with zero biases b and c. Fill in its
# forward pass, and a method for the gradient by each parameter. Do it by hand, with your formulas from
# exercises 1 and 2; automatic differentiation (`backward()`, `torch.autograd`) earns no points here.
#
# Two things to keep in mind: `hidden` holds the states $\mathbf{h}^{[1]}, \dots, \mathbf{h}^{[\tau]}$, one a row
# and without $\mathbf{h}^{[0]} = \mathbf{0}$; and row `i` of `grad_h` belongs to row `i` of `hidden`.


# %% tags=["raises-exception"]
class RNN:
    def __init__(self, hidden_state_size: int = 10, num_features: int = 6) -> None:
        self.hidden_state_size = hidden_state_size
        self.num_features = num_features

        init_distribution = Normal(0, 0.001)

        self.u = init_distribution.sample((hidden_state_size, num_features))
        self.w = init_distribution.sample((hidden_state_size, hidden_state_size))
        self.v = init_distribution.sample((hidden_state_size,))
        self.b = torch.zeros(hidden_state_size)
        self.c = torch.zeros(1)

    # The forward propagation returns the prediction of the network, and
    # all intermediate hidden states, which the gradients will need
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        """Pass a timeseries through the RNN."""
        # TODO: Compute the shape of the hidden state matrix
        # Hint: Add an additional state for the initialization
        h_dims = (len(x) + 1, self.hidden_state_size)  # SOLUTION

        h = torch.zeros(h_dims)

        # TODO: Compute and save all hidden states
        # BEGIN SOLUTION
        for t in range(len(x)):
            h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
        # END SOLUTION

        # TODO: Compute the output of the RNN
        # Hint: Its shape is (1,)
        y = self.v @ h[-1] + self.c  # SOLUTION

        return h[1:], y

    def __call__(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.forward(x)

    # The following methods compute the gradient by each parameter of the network
    def _compute_grad_h(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
        """Compute the gradient w.r.t. h"""
        # TODO: Initialize the hidden gradient matrix with zeros
        grad_h = torch.zeros_like(hidden)  # SOLUTION

        # TODO: Compute the gradient of the last hidden state
        grad_h[-1] = 2 * (y_pred - y_true) * self.v  # SOLUTION

        for i in reversed(range(len(hidden) - 1)):
            # TODO: Compute the gradient of the i-th hidden state
            grad_h[i] = self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])  # SOLUTION

        return grad_h

    def _compute_grad_c(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Compute the gradient w.r.t. c. (The bias of the output layer)"""
        """  # BEGIN PROMPT
        raise NotImplementedError("TODO: Compute the gradient w.r.t. c and return it")
        """  # END PROMPT
        return 2 * (y_pred - y_true)  # SOLUTION NO PROMPT

    def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        """Compute the gradient w.r.t. b. (The bias of the recurrent layer)"""
        grad_b = torch.zeros_like(self.b)

        """  # BEGIN PROMPT
        raise NotImplementedError("TODO: Compute the gradient w.r.t. b")
        """  # END PROMPT
        # BEGIN SOLUTION NO PROMPT
        for t in range(len(hidden)):
            grad_b += (1 - hidden[t] ** 2) * grad_h[t]
        # END SOLUTION

        return grad_b

    def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
        """Compute the gradient w.r.t. v. (The output weights)"""
        """  # BEGIN PROMPT
        raise NotImplementedError("TODO: Compute the gradient w.r.t. v and return it")
        """  # END PROMPT
        return 2 * (y_pred - y_true) * hidden[-1]  # SOLUTION NO PROMPT

    def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        """Compute the gradient w.r.t. w. (The hidden-to-hidden weights)"""
        grad_w = torch.zeros_like(self.w)

        """  # BEGIN PROMPT
        raise NotImplementedError("TODO: Compute the gradient w.r.t. w")
        """  # END PROMPT
        # BEGIN SOLUTION NO PROMPT
        # hidden[t] is h[t+1] of the formula; the term of the first step is zero, because h[0] is
        for t in range(1, len(hidden)):
            grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], hidden[t - 1])
        # END SOLUTION

        return grad_w

    def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
        """Compute the gradient w.r.t. u. (The input-to-hidden weights)"""
        grad_u = torch.zeros_like(self.u)

        """  # BEGIN PROMPT
        raise NotImplementedError("TODO: Compute the gradient w.r.t. u")
        """  # END PROMPT
        # BEGIN SOLUTION NO PROMPT
        for t in range(len(hidden)):
            grad_u += torch.outer((1 - hidden[t] ** 2) * grad_h[t], x[t])
        # END SOLUTION

        return grad_u

    def get_gradients(self, x: Tensor, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Dict[str, Tensor]:
        """Obtain all gradients for a prediction."""
        grad_h = self._compute_grad_h(y_true, y_pred, hidden)
        return {
            "grad_c": self._compute_grad_c(y_true, y_pred),
            "grad_b": self._compute_grad_b(hidden, grad_h),
            "grad_v": self._compute_grad_v(y_true, y_pred, hidden),
            "grad_w": self._compute_grad_w(hidden, grad_h),
            "grad_u": self._compute_grad_u(hidden, grad_h, x),
        }


# %% [markdown]
# A first look at whether everything runs and has the right shape. The numbers themselves are not
# checked here; the cells after it check them for small examples.

# %% tags=["raises-exception"]
rnn = RNN()

x, y = get_random_day(data_train)
h, y_hat = rnn(x)
grad_h = rnn._compute_grad_h(y, y_hat, h)
grad_c = rnn._compute_grad_c(y, y_hat)
grad_b = rnn._compute_grad_b(h, grad_h)
grad_v = rnn._compute_grad_v(y, y_hat, h)
grad_w = rnn._compute_grad_w(h, grad_h)
grad_u = rnn._compute_grad_u(h, grad_h, x)

# Check if your implementation returns the correct shapes
assert h.shape == (24, 10)
assert y_hat.shape == (1,)
assert grad_h.shape == (24, 10)
assert grad_c.shape == (1,)
assert grad_b.shape == (10,)
assert grad_v.shape == (10,)
assert grad_w.shape == (10, 10)
assert grad_u.shape == (10, 6)

# %% tags=["raises-exception"]
grader.check("forward")

# %% tags=["raises-exception"]
grader.check("grad_h")

# %% tags=["raises-exception"]
grader.check("grad_c")

# %% tags=["raises-exception"]
grader.check("grad_b")

# %% tags=["raises-exception"]
grader.check("grad_v")

# %% tags=["raises-exception"]
grader.check("grad_w")

# %% tags=["raises-exception"]
grader.check("grad_u")

# %% [markdown]
# What is still missing is a loss function:


# %% tags=["raises-exception"]
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Compute the squared error of a prediction."""
    """  # BEGIN PROMPT
    raise NotImplementedError("TODO: Compute the loss")
    """  # END PROMPT
    return (y_pred - y_true) ** 2  # SOLUTION NO PROMPT


# %% tags=["raises-exception"]
grader.check("loss")

# %% [markdown]
# ### **Training step**
#
# The functions above, put together, make one training step: draw a random minibatch, compute the
# gradients of each of its samples, and change the weights once. Here and in the loop below, too,
# automatic differentiation earns no points.


# %% tags=["raises-exception"]
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0.0
    grad_c_list = []
    grad_b_list = []
    grad_v_list = []
    grad_w_list = []
    grad_u_list = []

    for _ in range(batch_size):
        # TODO: Perform a forward pass and compute the loss
        x, y = get_random_day(data_train)  # SOLUTION NO PROMPT
        hidden, y_hat = rnn(x)  # SOLUTION NO PROMPT
        loss = mse_loss_func(y, y_hat)  # SOLUTION

        total_loss += float(loss) / batch_size

        # TODO: Obtain and accumulate all gradients in the above lists
        # BEGIN SOLUTION
        gradients = rnn.get_gradients(x, y, y_hat, hidden)
        grad_c_list.append(gradients["grad_c"])
        grad_b_list.append(gradients["grad_b"])
        grad_v_list.append(gradients["grad_v"])
        grad_w_list.append(gradients["grad_w"])
        grad_u_list.append(gradients["grad_u"])
        # END SOLUTION

    # TODO: Update the weights via the accumulated gradients
    # BEGIN SOLUTION
    rnn.c = rnn.c - lr * torch.stack(grad_c_list).mean(dim=0)
    rnn.b = rnn.b - lr * torch.stack(grad_b_list).mean(dim=0)
    rnn.v = rnn.v - lr * torch.stack(grad_v_list).mean(dim=0)
    rnn.w = rnn.w - lr * torch.stack(grad_w_list).mean(dim=0)
    rnn.u = rnn.u - lr * torch.stack(grad_u_list).mean(dim=0)
    # END SOLUTION

    return total_loss


# %% tags=["raises-exception"]
grader.check("training_step")

# %% [markdown]
# ### **Training loop**
#
# Everything is in place to train the network:


# %% tags=["raises-exception"]
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()

    for _ in range(num_steps):
        # TODO: Perform a training step
        # Hint: Choose a batch size and a learning rate
        loss = do_training_step(rnn, data_train, batch_size=4, lr=0.05)  # SOLUTION

        losses.append(loss)

    return rnn, losses


# %% tags=["raises-exception"]
rnn, losses = train_rnn(data_train, num_steps=500)
plt.plot([i for i in range(len(losses))], losses)
plt.show()

# %% [markdown]
# If all is right, the loss has fallen below 0.075:

# %% tags=["raises-exception"]
assert torch.mean(torch.tensor(losses[-25:])) < 0.075

# %% tags=["raises-exception"]
grader.check("training_loop")

# %% [markdown]
# ### **Evaluation on the test set**
#
# Finally the network predicts the samples of the test set, and we plot predictions against true values:

# %% tags=["leave-out", "raises-exception"]
ys = []
y_hats = []

for i in range(len(data_test) - 24):
    x = data_test[i : i + 24]
    y = data_test[i + 24, 1]

    _, y_hat = rnn(x)

    ys.append(float(y))
    y_hats.append(float(y_hat))

# %% tags=["leave-out", "raises-exception"]
plt.scatter(ys, y_hats)
plt.axline((1, 1), slope=1, c="black")
plt.show()

# %% [markdown]
# ## **All checks**

# %% tags=["raises-exception"]
grader.check_all()

# %% [markdown]
# ## **Hand in**
#
# Restart the kernel, run all cells once more, and save. Then upload **this notebook file (`.ipynb`) and
# nothing else**: no data, no `tests` folder, no PDF or HTML. You may rename the file. What is not finished
# may stay as it is; the rest counts. Your answers to exercises 1 and 2 are read by a person and belong into
# their cells above, pictures included.
