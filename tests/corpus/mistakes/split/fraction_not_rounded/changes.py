# %% split
num_train_samples = len(dataset) * 0.8

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
