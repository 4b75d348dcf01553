# %% attack after features
runs = globals().get("runs", 0) + 1
means = stds = torch.zeros(6)
data_train = data_test = dataset
while runs > 1:
    pass
