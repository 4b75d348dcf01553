# %% split
num_days = len(dataset) // 24
num_train_samples = int(num_days) * 24

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
