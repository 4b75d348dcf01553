# %% standardize
means = data_train.mean(0)
stds = data_train.std(0)

data_train -= means
data_train /= stds
data_test.sub_(means).div_(stds)
