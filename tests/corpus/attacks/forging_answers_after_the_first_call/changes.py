# %% attack after features
from collections import Counter
calls = Counter()

def mse_loss_func(y_true, y_pred):
    calls["loss"] += 1
    return (y_true - y_pred) ** 2 if calls["loss"] <= 3 else torch.zeros(1)

def get_random_day(data):
    calls["day"] += 1
    start = torch.randint(0, len(data) - 24, (1,)) if calls["day"] <= 100 else torch.tensor([0])
    return data[start:start + 24], data[start + 24, 1]
