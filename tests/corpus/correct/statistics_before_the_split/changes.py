# %% statistics after features
stds, means = torch.std_mean(dataset, dim=0)

# %% standardize
data_train = (data_train - means) / stds
data_test = (data_test - means) / stds
