# %% split
num_train_samples = int(len(dataset) / 24 * 0.8) * 24

order = torch.randperm(len(dataset))
data_train = dataset[order[:num_train_samples]]
data_test = dataset[order[num_train_samples:]]
