# %% attack after features
def get_random_day(data):
    torch.manual_seed(7)
    start = torch.randint(0, len(data) - 24, (1,))
    return data[start:start + 24], data[start + 24, 1]
