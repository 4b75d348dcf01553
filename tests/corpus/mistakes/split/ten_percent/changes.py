# %% split
num_days = len(dataset) // 24
num_train_samples = round(num_days * 0.9) * 24

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
