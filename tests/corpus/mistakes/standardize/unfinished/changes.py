# %% standardize
means = (
# TODO: Compute the mean of each column of the dataset
)

stds = (
# TODO: Compute the standard deviation of each column of the dataset
)

data_train = (
# TODO: Standardize the training data
)

data_test = (
# TODO: Standardize the training data
)

# Check if standardization worked
print('This should be close to zero:', torch.mean(data_train, dim=0))
print('This should be close to one:', torch.std(data_train, dim=0))
