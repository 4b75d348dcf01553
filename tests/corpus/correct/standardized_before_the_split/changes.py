# %% standardize

# %% split
means = dataset.mean(dim=0)
stds = dataset.std(dim=0)
standardized = (dataset - means) / stds

num_train_samples = len(dataset) // 24 * 4 // 5 * 24

data_train = standardized[:num_train_samples]
data_test = standardized[num_train_samples:]
