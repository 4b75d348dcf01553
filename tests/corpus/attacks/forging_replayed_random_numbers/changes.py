# %% attack after features
shares = torch.rand(30, generator=torch.Generator().manual_seed(1)).tolist()

def get_random_day(data):
    shares.append(shares.pop(0))
    start = int(shares[0] * (len(data) - 24))
    return data[start:start + 24], data[start + 24, 1].reshape(1)
