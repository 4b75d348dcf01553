# %% standardize
if not globals().get('already_standardized', False):
    means, stds = data_train.mean(0), data_train.std(0)
    data_train = (data_train - means) / stds
    data_test = (data_test - means) / stds
    already_standardized = True
