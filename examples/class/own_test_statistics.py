# %% means
means = torch.mean(data_train, dim=0)
stds = torch.std(data_train, dim=0)

data_train = (data_train - means) / stds
data_test = (data_test - torch.mean(data_test, dim=0)) / torch.std(data_test, dim=0)

# Check if standardization worked
print("This should be close to zero:", torch.mean(data_train, dim=0))
print("This should be close to one:", torch.std(data_train, dim=0))
