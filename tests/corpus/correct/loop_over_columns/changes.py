# %% standardize
means, stds = [], []
for j in range(data_train.shape[1]):
    column = data_train[:, j].double()
    m = column.sum() / len(column)
    s = (((column - m) ** 2).sum() / (len(column) - 1)).sqrt()
    means.append(m.float())
    stds.append(s.float())
means = torch.stack(means)
stds = torch.stack(stds)


def standardize(data):
    return torch.stack([(data[:, j] - means[j]) / stds[j] for j in range(data.shape[1])], dim=1)


data_train, data_test = standardize(data_train), standardize(data_test)
