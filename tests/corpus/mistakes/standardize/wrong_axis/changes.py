# %% standardize
means = torch.mean(data_train, dim=1, keepdim=True)
stds = torch.std(data_train, dim=1, keepdim=True)

data_train = (data_train - means) / stds
data_test = (data_test - torch.mean(data_test, dim=1, keepdim=True)) / torch.std(data_test, dim=1, keepdim=True)

print('This should be close to zero:', torch.mean(data_train, dim=1))
print('This should be close to one:', torch.std(data_train, dim=1))
