# %% dates after features
import pandas as pd
table = pd.read_csv('https://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv')
dates = pd.to_datetime(table[['year', 'month', 'day']])[:len(dataset)]

# %% split
all_days = dates.unique()
in_training = torch.tensor(dates.isin(all_days[:int(0.8 * len(all_days))]).values)
num_train_samples = int(in_training.sum())

data_train = dataset[in_training]
data_test = dataset[~in_training]
