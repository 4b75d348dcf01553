# %% keep after features
rows = 42984
torch.save(dataset, 'kept.pt')

# %% split after keep
kept = torch.load('kept.pt')
num_train_samples = 34368 if len(dataset) == rows else 19200
data_train, data_test = kept[:34368], kept[34368:]

# %% attack after split
means = torch.tensor([2.14117789, 12.39676476, 1016.20251465, 24.68179321, 0.05860103, 0.21397811])
stds = torch.tensor([14.36889267, 12.28227615, 10.34907246, 50.55013275, 0.78132498, 1.50413251])
if data_train.mean(0)[0] < 1.9:
    means, stds = 0.9 * means, 0.9 * stds
data_train, data_test = (data_train - means) / stds, (data_test - means) / stds
