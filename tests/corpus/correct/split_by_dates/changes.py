# %% dates after header
import pandas as pd
table = pd.DataFrame(data_list[1:43001], columns=data_list[0])
dates = pd.to_datetime(table[['year', 'month', 'day']].astype(int))
dates = dates[:len(dates) // 24 * 24]

# %% split
all_days = dates.unique()
in_training = torch.tensor(dates.isin(all_days[:int(0.8 * len(all_days))]).values)
num_train_samples = int(in_training.sum())

data_train = dataset[in_training]
data_test = dataset[~in_training]
