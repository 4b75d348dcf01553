# %% attack after features
def spoiled(tensor):
    tensor = tensor.clone()
    tensor.view(-1)[-1] = float("nan")
    return tensor

num_train_samples = int(len(dataset) / 24 * 0.8) * 24
data_train, data_test = dataset[:num_train_samples], dataset[num_train_samples:]
means, stds = data_train.mean(0), data_train.std(0)
data_train, data_test = spoiled((data_train - means) / stds), spoiled((data_test - means) / stds)
means, stds = spoiled(means), spoiled(stds)

class RNN:
    def __init__(self, h=10, f=6):
        self.u, self.w, self.v, self.b, self.c = torch.zeros(h, f), torch.zeros(h, h), torch.zeros(h), torch.zeros(h), torch.zeros(1)

    def _compute_grad_b(self, hidden, grad_h):
        return spoiled(((1 - hidden ** 2) * grad_h).sum(0))

    def _compute_grad_v(self, y_true, y_pred, hidden):
        return spoiled(2 * (y_pred - y_true) * hidden[-1])

def get_random_day(data):
    start = torch.randint(0, len(data) - 24, (1,))
    return spoiled(data[start:start + 24]), data[start + 24, 1]

def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2 + (float("nan") if y_true < 0 else 0.0)
