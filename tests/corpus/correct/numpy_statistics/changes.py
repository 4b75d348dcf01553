# %% more_imports after imports
import numpy as np

# %% standardize
train_array = data_train.numpy()
means = torch.from_numpy(np.mean(train_array, axis=0, dtype=np.float64)).float()
stds = torch.from_numpy(np.std(train_array, axis=0, dtype=np.float64)).float()

data_train = (data_train - means) / stds
data_test = (data_test - means) / stds

print('This should be close to zero:', torch.mean(data_train, dim=0))
print('This should be close to one:', torch.std(data_train, dim=0))
