# %% split
num_train_samples = (
# TODO: Compute the number of train samples if 20% of the days are separated for testing
)

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]

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

# %% random_day
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """Get 24 random contiguous hours from the dataset."""
    start_idx = (
# TODO: Sample a valid random index
    )

    x = data[start_idx: start_idx + 24]
    y = data[start_idx + 24, 1]
    # The magic number 1 above corresponds to the second column in the features, which is the temperature
    return x, y
