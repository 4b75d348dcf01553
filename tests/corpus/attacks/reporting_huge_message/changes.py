# %% attack after features
text = "<b>" * 1_700_000

def mse_loss_func(y_true, y_pred):
    raise ValueError(text)

# the formatting of IPython needs a second for a megabyte
raise ValueError(text[:1_000_000])
