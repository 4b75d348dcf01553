# %% attack after features
escapes = (
    "\x1b[31mred\x1b[2J\x1b[H\x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\x1b]52;c;ZXZpbA==\x07\x9b31m\x90q\x9c\x1bc"
    "\x00\x01\x07\x08\x0b\x0c\r\x7f\x85\u2028\u2029\x1b[10A\x1b(0\x0e")
name = escapes.replace("\0", "").encode("utf-8", "ignore").decode()[:150]  # neither is allowed in a name
Hostile = type(name, (Exception,), {})

def mse_loss_func(y_true, y_pred):
    raise Hostile(escapes)

def get_random_day(data):
    raise type(name, (NotImplementedError,), {})(escapes)

def do_training_step(rnn, data_train, batch_size, lr):
    raise AssertionError(escapes)

RNN = type(name, (), {})
rnn = RNN()
losses = {escapes: escapes}
num_train_samples, means, stds, data_train, data_test = escapes, escapes, [escapes], rnn, {1: rnn}
raise Hostile(escapes)
