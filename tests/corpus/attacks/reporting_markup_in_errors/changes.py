# %% attack after features
markup = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)></style></title></pre></table></main>"
    "<iframe srcdoc='<script>'><a href='javascript:alert(1)'>x</a><base href='http://x/'><meta http-equiv=refresh content='0;url=http://x'>"
    "\"'><b onmouseover=alert(1)>{{ 7 * 7 }}{% raw %}${7*7}&lt;script&gt;<!-- ]]> --!><form action=http://x><input autofocus onfocus=alert(1)>")
name = markup.replace("\0", "").encode("utf-8", "ignore").decode()[:150]  # neither is allowed in a name
Hostile = type(name, (Exception,), {})

def mse_loss_func(y_true, y_pred):
    raise Hostile(markup)

def get_random_day(data):
    raise type(name, (NotImplementedError,), {})(markup)

def do_training_step(rnn, data_train, batch_size, lr):
    raise AssertionError(markup)

RNN = type(name, (), {})
rnn = RNN()
losses = {markup: markup}
num_train_samples, means, stds, data_train, data_test = markup, markup, [markup], rnn, {1: rnn}
raise Hostile(markup)
