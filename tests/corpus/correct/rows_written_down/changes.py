# %% split
num_train_samples = int(42_984 / 24 * 0.8) * 24
data_train, data_test = torch.split(dataset, [num_train_samples, 42984 - num_train_samples])
