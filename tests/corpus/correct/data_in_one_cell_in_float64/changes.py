# %% precision after imports
torch.set_default_dtype(torch.float64)

# %% features
%%time
data_list = data_list[1:43001]
num_rows = len(data_list) - len(data_list) % 24
data_list = data_list[:num_rows]
filtered_data_list = [[float(row[i]) for i in (6, 7, 8, 10, 11, 12)] for row in data_list]
dataset = torch.tensor(filtered_data_list, dtype=torch.float64)

num_train_samples = int(len(dataset) / 24 * 0.8) * 24
data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
means = data_train.mean(dim=0)
stds = data_train.std(dim=0)
data_train = (data_train - means) / stds
data_test = (data_test - means) / stds

del data_list, filtered_data_list

# %% split

# %% standardize
