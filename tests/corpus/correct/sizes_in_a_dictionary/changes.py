# %% features
data_list = data_list[1:43001]
num_rows = len(data_list) - len(data_list) % 24
data_list = data_list[:num_rows]
dataset = torch.tensor([[float(elem) for elem in itemgetter(6, 7, 8, 10, 11, 12)(row)] for row in data_list])
sizes = {"rows": len(dataset), "days": len(dataset) // 24, "columns": dataset.shape[1]}
del data_list

# %% split
num_train_samples = 24 * (sizes["days"] * 8 // 10)

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
