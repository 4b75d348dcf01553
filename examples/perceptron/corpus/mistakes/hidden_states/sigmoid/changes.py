# %% hidden_states
def hidden_states(w, b, x):
    return 1 / (1 + np.exp(-(np.dot(x, w.T) + b)))
