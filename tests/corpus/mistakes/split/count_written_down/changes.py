# %% split
num_train_samples = 34368

data_train = dataset[:34368]
data_test = dataset[34368:]
