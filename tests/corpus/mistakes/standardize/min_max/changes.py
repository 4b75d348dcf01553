# %% standardize
means = data_train.min(dim=0).values
stds = data_train.max(dim=0).values - means

data_train = (data_train - means) / stds
data_test = (data_test - means) / stds

print('This should be close to zero:', torch.mean(data_train, dim=0))
print('This should be close to one:', torch.std(data_train, dim=0))
