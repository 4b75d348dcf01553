# %% hidden_states
def hidden_states(w, b, x):
    return np.tanh(np.dot(w, x.T) + b[:, None])
