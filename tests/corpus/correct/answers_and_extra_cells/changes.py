# %% [markdown] derivation after imports
# ## Exercise 1
# $$\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} = \mathbf{V}^{T} (\nabla_{\mathbf{y}^{[\tau]}} \mathcal{L})$$
#
# because $\mathbf{y} = \mathbf{V}\mathbf{h} + \mathbf{c}$ ...

# %% empty after header

# %% plot_weather after features
plt.figure(figsize=(8, 2))
plt.plot(dataset[:240, 1])
plt.title('temperature of the first ten days')
plt.show()

# %% [raw] scribble after plot_weather
# TODO ask in the tutorial why Is and Ir are cumulated

# %% check_by_autograd after rnn_check
# compare my gradients with autograd
w = rnn.w.clone().requires_grad_()
x, y = get_random_day(data_train)
hidden, y_hat = rnn(x)
state = torch.zeros(10)
for x_t in x:
    state = torch.tanh(w @ state + rnn.u @ x_t + rnn.b)
((rnn.v @ state + rnn.c - y) ** 2).sum().backward()
grad_h = rnn._compute_grad_h(y, y_hat, hidden)
print(torch.allclose(w.grad, rnn._compute_grad_w(hidden, grad_h), atol=1e-8))

# %% conclusion after threshold
print('It works!')
