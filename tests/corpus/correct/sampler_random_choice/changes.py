# %% random_day
from random import choice

def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    window = data.narrow(0, choice(range(data.size(0) - 24)), 25)
    return window[:-1], torch.tensor([window[-1, 1].item()])
