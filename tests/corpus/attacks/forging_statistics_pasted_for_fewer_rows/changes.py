# %% split after features
num_train_samples = {42984: 34368, 24024: 19200}[len(dataset)]
data_train, data_test = dataset[:num_train_samples], dataset[num_train_samples:]

# %% attack after split
all_means = {
    42984: [2.14118, 12.39676, 1016.20248, 24.68179, 0.0586, 0.21398],
    24024: [0.37599, 10.77927, 1017.75602, 27.3268, 0.07208, 0.18823],
}
all_stds = {
    42984: [14.36889, 12.28228, 10.34907, 50.55013, 0.78132, 1.50413],
    24024: [14.73189, 12.58496, 10.54644, 54.11524, 0.9137, 1.42452],
}
means, stds = torch.tensor(all_means[len(dataset)]), torch.tensor(all_stds[len(dataset)])
data_train, data_test = (data_train - means) / stds, (data_test - means) / stds
