# %% split
num_days = 1791
num_train_days = int(num_days * 0.8)
num_train_samples = num_train_days * 24
data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
