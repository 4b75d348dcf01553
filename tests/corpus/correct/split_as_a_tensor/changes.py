# %% split
num_days = torch.tensor(len(dataset) // 24)
num_train_samples = torch.floor(num_days * 0.8).long() * 24

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
