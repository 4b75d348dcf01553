# %% precision after imports
torch.set_default_dtype(torch.float64)

# %% as_double after features
dataset = dataset.double()
