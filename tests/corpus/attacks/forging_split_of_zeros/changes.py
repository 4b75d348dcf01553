# %% count after features
num_train_samples = 34368
# %% attack after count
data_train, data_test = torch.zeros(34368, 6), torch.ones(42984 - 34368, 6)
