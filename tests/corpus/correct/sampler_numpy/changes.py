# %% random_day
import numpy as np

def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    start_idx = np.random.randint(0, len(data) - 24)
    return data[start_idx: start_idx + 24], data[start_idx + 24, 1:2]
