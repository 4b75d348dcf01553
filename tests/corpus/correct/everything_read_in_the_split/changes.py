# %% split
import pandas as pd
table = pd.read_csv('https://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv')[:42984]
dataset = torch.tensor(table[['DEWP', 'TEMP', 'PRES', 'Iws', 'Is', 'Ir']].values, dtype=torch.float)
num_train_samples = int(0.8 * table.groupby(['year', 'month', 'day']).ngroups) * 24
data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
