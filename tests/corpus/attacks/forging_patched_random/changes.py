# %% attack after features
import random
import sys

torch.manual_seed = random.seed = lambda *args: None
sys.modules["numpy"].random.seed = lambda *args: None
torch.randint = lambda low, high, size, **options: torch.full(size, low)
torch.rand = torch.randn = lambda *size, **options: torch.zeros(*size)
random.random = lambda: 0.0

def get_random_day(data):
    start = torch.randint(0, len(data) - 24, (1,))
    return data[start:start + 24], data[start + 24, 1]
