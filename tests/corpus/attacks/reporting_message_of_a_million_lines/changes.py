# %% attack after features
text = "\x1b[1;\n\x1b]0;\n" * 500_000

def mse_loss_func(y_true, y_pred):
    raise ValueError(text)

# the formatting of IPython needs a second for a hundred thousand lines
raise ValueError(text[:1_000_000])
