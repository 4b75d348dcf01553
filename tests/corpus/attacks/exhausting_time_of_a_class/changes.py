# %% attack after features
class Endless:
    def __call__(self, *values):
        while True:
            try:
                pass
            finally:
                continue

    @property
    def numbers(self):
        return self()

    __len__ = __iter__ = __float__ = __call__


mse_loss_func = Endless()


# %% sampler after attack
def get_random_day(data):
    start = torch.randint(0, len(data) - 24, (1,))
    return data[start : start + 24], data[start + 24, 1]
