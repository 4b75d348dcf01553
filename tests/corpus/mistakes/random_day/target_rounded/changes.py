# %% random_day
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """Get 24 random contiguous hours from the dataset."""
    start_idx = torch.randint(0, len(data) - 24, (1,))

    x = data[start_idx: start_idx + 24]
    y = data[start_idx + 24, 1].round(decimals=1)
    # The magic number 1 above corresponds to the second column in the features, which is the temperature
    return x, y
