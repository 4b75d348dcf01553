# %% random_day
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """Get 24 random contiguous hours from the dataset."""
    start_idx = torch.randint(0, len(data) - 1, (24,))

    x = data[start_idx]
    y = data[start_idx[-1:] + 1, 1]
    return x, y
