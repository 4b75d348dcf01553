# %% standardize
means = torch.tensor([2.14117789, 12.39676476, 1016.20251465, 24.68179321, 0.05860103, 0.21397811])
stds = torch.tensor([14.36889267, 12.28227615, 10.34907246, 50.55013275, 0.78132498, 1.50413251])

data_train = (data_train - means) / stds
data_test = (data_test - means) / stds

# Check if standardization worked
print('This should be close to zero:', torch.mean(data_train, dim=0))
print('This should be close to one:', torch.std(data_train, dim=0))
