# %% attack after features
import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Lying(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), named=None):
        return torch.zeros(10**6)

    @property
    def shape(self):
        return torch.Size([1] * 60)

    def numel(self):
        return -1

    dtype = property(lambda self: "float32")
    device = property(lambda self: iter(int, 1))


class Wrapped(torch.Tensor):
    @staticmethod
    def __new__(cls, shape):
        return torch.Tensor._make_wrapper_subclass(cls, shape)

    @classmethod
    def __torch_dispatch__(cls, function, types, arguments=(), named=None):
        return Wrapped((10**5, 10**5))


class Text(str):
    def __str__(self):
        return "x" * (20 << 20)

    def __len__(self):
        return 1


class Number(int):
    def __int__(self):
        return Number(self)

    def __abs__(self):
        return self

    def __format__(self, how):
        return "f" * (20 << 20)


class Growing(dict):
    def items(self):
        return ((str(number), number) for number in range(10**9))


num_train_samples = Number(1 << 60)
data_train = torch.zeros(3, 6).as_subclass(Lying)
data_test = Wrapped((4, 6))
means = Growing(a=1)
stds = Text("x")
losses = [Lying(torch.zeros(1))] * 500
rnn = Growing()


def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
