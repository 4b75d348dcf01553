# %% random_day
from numpy.random import default_rng

rng = default_rng(2024)

def get_random_day(data):
    start_idx = int(rng.integers(len(data) - 24))
    x = data[start_idx: start_idx + 24]
    y = data[start_idx + 24, 1].unsqueeze(0)
    return x, y
