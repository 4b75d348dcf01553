# %% hidden_states
def hidden_states(w, b, x):
    return np.dot(x, w.T) + b
