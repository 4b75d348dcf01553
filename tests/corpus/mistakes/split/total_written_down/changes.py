# %% split
num_train_samples = int(42984 / 24 * 0.8) * 24

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
