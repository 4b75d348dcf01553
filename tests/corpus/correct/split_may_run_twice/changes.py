# %% split
try:
    full_data
except NameError:
    full_data = dataset.clone()
num_train_samples = len(full_data) // 24 * 8 // 10 * 24
data_train = full_data[:num_train_samples]
data_test = full_data[num_train_samples:]
