# %% days after features
num_days = len(dataset) // 24
days = dataset.reshape(num_days, 24, 6)
complete = dataset.clone()

# %% split
train_days = int(0.8 * num_days)
num_train_samples = 24 * train_days

# %% cut after split
data_train = days[:train_days].reshape(-1, 6)
data_test = complete[num_train_samples:]

# %% statistics after cut
means = data_train.mean(dim=0)

# %% more_statistics after statistics
stds = data_train.std(dim=0)

# %% standardize
data_train -= means
data_train /= stds

# %% test_too after standardize
data_test = (data_test - means) / stds
plt.hist(data_test[:, 1], bins=30)
plt.show()
