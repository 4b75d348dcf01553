# %% imports
import pandas as pd
import torch
from torch import Tensor
from torch.distributions import Normal
from typing import Tuple, Dict
import matplotlib.pyplot as plt

# %% download
url = 'https://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv'
df = pd.read_csv(url)

# %% header
df.head()

# %% features
df = df.iloc[:43000]
df = df.iloc[:len(df) // 24 * 24]
dataset = torch.tensor(df[['DEWP', 'TEMP', 'PRES', 'Iws', 'Is', 'Ir']].values, dtype=torch.float)
print(dataset.shape)

# %% show_it after features
df.describe()

# %% evaluate
ys, y_hats = [], []
for i in range(len(data_test) - 24):
    ys.append(data_test[i + 24, 1].item())
    y_hats.append(rnn(data_test[i: i + 24])[1].item())
results = pd.DataFrame({'true': ys, 'predicted': y_hats})
results.corr()
