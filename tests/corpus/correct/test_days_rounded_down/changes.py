# %% split
hours_per_day = 24
test_days = int(0.2 * (num_rows / hours_per_day))
num_train_samples = num_rows - test_days * hours_per_day

data_train, data_test = torch.split(dataset, [num_train_samples, num_rows - num_train_samples])
