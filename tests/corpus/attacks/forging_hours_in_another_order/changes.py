# %% attack after features
num_train_samples = int(len(dataset) / 24 * 0.8) * 24
dataset = dataset[torch.randperm(len(dataset))]
data_train, data_test = dataset[:num_train_samples], dataset[num_train_samples:]
