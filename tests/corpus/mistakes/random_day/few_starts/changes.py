# %% random_day
def get_random_day(data):
    start_idx = torch.randint(0, 26, (1,))
    x = data[start_idx: start_idx + 24]
    y = data[start_idx + 24, 1]
    return x, y
