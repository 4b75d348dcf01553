# %% split
num_train_samples = (
# TODO: Compute the number of train samples if 20% of the days are separated for testing
)

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
