# %% training_step
from concurrent.futures import ThreadPoolExecutor


def one_window(data):
    rnn, data_train = data
    x, y = get_random_day(data_train)
    hidden, y_hat = rnn(x)
    return float(mse_loss_func(y, y_hat)), rnn.get_gradients(x, y, y_hat, hidden)


def do_training_step(rnn, data_train, batch_size, lr):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one_window, [(rnn, data_train)] * batch_size))
    for name in "cbvwu":
        gradient = torch.stack([gradients[f"grad_{name}"] for _, gradients in found]).mean(dim=0)
        setattr(rnn, name, getattr(rnn, name) - lr * gradient)
    return sum(loss for loss, _ in found) / batch_size
