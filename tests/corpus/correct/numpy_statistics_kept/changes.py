# %% more_imports after imports
import numpy as np

# %% standardize
means = data_train.numpy().mean(axis=0)
stds = data_train.numpy().std(axis=0, ddof=1)

data_train = torch.tensor((data_train.numpy() - means) / stds)
data_test = torch.tensor((data_test.numpy() - means) / stds)
