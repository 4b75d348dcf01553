# %% attack after features
odd = [
    torch.eye(6).to_sparse(), torch.eye(6).to_sparse_csr(), torch.zeros(6, device="meta"), torch.zeros(6, dtype=torch.complex64).conj(),
    torch.quantize_per_tensor(torch.zeros(6), 0.1, 0, torch.qint8), torch.zeros(6).to(torch.bfloat16), torch.zeros(6, dtype=torch.bool),
    torch.zeros(6, dtype=torch.float8_e5m2), torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)]), torch.zeros(0, 6),
    torch.as_strided(torch.zeros(1), (6, 6), (0, 0)), torch.zeros(()), torch.nn.Parameter(torch.zeros(6)), torch.zeros(6).to_mkldnn(),
    torch.empty(6).fill_(float("nan")), torch.zeros(6, requires_grad=True) * 2, torch.zeros(2 ** 20).set_()]
means, stds, data_train, data_test, losses = odd[:5]

def mse_loss_func(y_true, y_pred):
    odd.append(odd.pop(0))
    return odd[0]

def get_random_day(data):
    odd.append(odd.pop(0))
    return odd[0], odd[1]

class RNN:
    def __init__(self, h=10, f=6):
        self.u, self.w, self.v, self.b, self.c = odd[:5]

    forward = _compute_grad_h = _compute_grad_c = _compute_grad_w = lambda self, *args: mse_loss_func(None, None)
