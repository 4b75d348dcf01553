# %% training_step
def do_training_step(rnn, data_train, batch_size, lr):
    total_loss = 0
    collected = {"c": [], "b": [], "v": [], "w": [], "u": []}
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        h, y_hat = rnn(x)
        loss = mse_loss_func(y, y_hat)
        total_loss += float(loss) / batch_size
        grads = rnn.get_gradients(x, y, y_hat, h)
        for name, values in collected.items():
            values.append(grads["grad_" + name])
    rnn.c = torch.abs(rnn.c - lr * sum(collected["c"]) / batch_size)
    rnn.b -= lr * sum(collected["b"]) / batch_size
    rnn.v -= lr * sum(collected["v"]) / batch_size
    rnn.w -= lr * sum(collected["w"]) / batch_size
    rnn.u -= lr * sum(collected["u"]) / batch_size
    return total_loss
