# %% standardize
if 'data_train_raw' not in globals():
    data_train_raw = data_train
    data_test_raw = data_test
means = data_train_raw.mean(dim=0)
stds = data_train_raw.std(dim=0)
data_train = (data_train_raw - means) / stds
data_test = (data_test_raw - means) / stds
