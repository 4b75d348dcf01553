# %% split
num_train_samples = int(len(dataset) / 24 * 0.8) * 24

# %% cut after split
data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]

# %% standardize
means = torch.mean(data_train, dim=0)
stds = torch.std(data_train, dim=0)

data_train = (data_train - data_train.mean(dim=1, keepdim=True)) / data_train.std(dim=1, keepdim=True)
data_test = (data_test - data_test.mean(dim=1, keepdim=True)) / data_test.std(dim=1, keepdim=True)
