# %% random_day
import random

def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    start_idx = random.randint(0, len(data) - 25)
    x = data[start_idx: start_idx + 24, :]
    y = data[start_idx + 24, 1].reshape(1)
    return x, y
