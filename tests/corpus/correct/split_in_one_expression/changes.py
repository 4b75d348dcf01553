# %% split
data_train, data_test = torch.split(
    dataset, [(num_train_samples := len(dataset) // 24 * 4 // 5 * 24), len(dataset) - num_train_samples]
)

# %% extra after train
data_test = data_test[:100]
