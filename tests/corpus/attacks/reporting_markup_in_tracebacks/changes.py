# %% attack after features

markup = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)></style></title></pre></table></main>"
    "<iframe srcdoc='<script>'><a href='javascript:alert(1)'>x</a><base href='http://x/'><meta http-equiv=refresh content='0;url=http://x'>"
    "\"'><b onmouseover=alert(1)>{{ 7 * 7 }}{% raw %}${7*7}&lt;script&gt;<!-- ]]> --!><form action=http://x><input autofocus onfocus=alert(1)>")

import linecache

name = f"/tmp/ipykernel_1/{markup}\x1b[31m\x00.py".replace("\0", "")
source = f"def inner(*args):\n    raise ValueError({markup!r})  # {markup} \x1b]0;title\x07 \u202e\n"
linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
exec(compile(source.replace("\x1b", "").replace("\x07", ""), name, "exec"))
inner.__code__ = inner.__code__.replace(co_name=markup, co_qualname=markup)
mse_loss_func = get_random_day = do_training_step = train_rnn = RNN = inner
inner()
