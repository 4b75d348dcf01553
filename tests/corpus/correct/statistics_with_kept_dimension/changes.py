# %% standardize
means = data_train.mean(dim=0, keepdim=True)
stds = data_train.std(dim=0, keepdim=True)

data_train = (data_train - means) / stds
data_test = (data_test - means) / stds

# Check if standardization worked
print('This should be close to zero:', torch.mean(data_train, dim=0))
print('This should be close to one:', torch.std(data_train, dim=0))
