# %% split
num_train_samples = len(dataset) // 24 // 5 * 24

data_test = dataset[:num_train_samples]
data_train = dataset[num_train_samples:]
