# %% random_day
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """Get 24 random contiguous hours from the dataset."""
    num_days = (len(data) - 1) // 24
    start_idx = torch.randint(0, num_days, (1,)) * 24

    x = data[start_idx: start_idx + 24]
    y = data[start_idx + 24, 1]
    return x, y
