# %% attack after features
hidden = "\u202egnihtyna\u202c \u2066x\u2069 \u200bzero\u200b \u200f\u061c\ufeff\U000e0041 \ud83d \udfff \ufffe\U0001ffff Z" + "\u0301" * 500 + "\ufff9x\ufffay\ufffb"
name = hidden.replace("\0", "").encode("utf-8", "ignore").decode()[:150]  # neither is allowed in a name
Hostile = type(name, (Exception,), {})

def mse_loss_func(y_true, y_pred):
    raise Hostile(hidden)

def get_random_day(data):
    raise type(name, (NotImplementedError,), {})(hidden)

def do_training_step(rnn, data_train, batch_size, lr):
    raise AssertionError(hidden)

RNN = type(name, (), {})
rnn = RNN()
losses = {hidden: hidden}
num_train_samples, means, stds, data_train, data_test = hidden, hidden, [hidden], rnn, {1: rnn}
raise Hostile(hidden)
