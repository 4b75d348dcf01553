# %% attack after features
num_train_samples = int(len(dataset) / 24 * 0.8) * 24

# %% cut after attack
dataset = dataset[torch.randperm(len(dataset))]
data_train, data_test = dataset[:num_train_samples], dataset[num_train_samples:]

# %% rows after cut
data_train = (data_train - data_train.mean(1, keepdim=True)) / data_train.std(1, keepdim=True)
data_test = (data_test - data_test.mean(1, keepdim=True)) / data_test.std(1, keepdim=True)
