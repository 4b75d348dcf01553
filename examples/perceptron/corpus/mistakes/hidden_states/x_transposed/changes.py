# %% hidden_states
def hidden_states(w, b, x):
    return np.tanh(np.dot(x.T, w) + b)
