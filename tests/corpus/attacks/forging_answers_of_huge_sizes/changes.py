# %% attack after features
import numpy

huge = torch.zeros(1).expand(10 ** 12)
lists = [0.0] * 1000
for _ in range(5):
    lists = [lists] * 10
num_train_samples = range(10 ** 18)
means, stds = numpy.broadcast_to(numpy.zeros(1), (10 ** 10,)), huge
data_train, data_test = huge, huge.view(torch.int32)
losses, rnn = lists, "x" * 10 ** 8

def mse_loss_func(y_true, y_pred):
    return huge

def get_random_day(data):
    return lists, bytes(10 ** 8)
