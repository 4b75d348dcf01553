# %% split
num_train_samples = int(0.8 * len(dataset))

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
