# %% random_day
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """Get 24 random contiguous hours from the dataset."""
    i = int(torch.rand(1) * (len(data) - 24))
    return data[i: i + 24], data[i + 24: i + 25, 1]

# %% noise after random_day
print(dataset[:20000].tolist())
