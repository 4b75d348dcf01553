# %% split
import math

num_days = len(dataset) // 24
num_train_samples = math.ceil(num_days * 0.8) * 24

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
