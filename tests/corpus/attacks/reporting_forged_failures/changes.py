# %% attack after features

markup = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)></style></title></pre></table></main>"
    "<iframe srcdoc='<script>'><a href='javascript:alert(1)'>x</a><base href='http://x/'><meta http-equiv=refresh content='0;url=http://x'>"
    "\"'><b onmouseover=alert(1)>{{ 7 * 7 }}{% raw %}${7*7}&lt;script&gt;<!-- ]]> --!><form action=http://x><input autofocus onfocus=alert(1)>")

import gc

deep = "x"
for _ in range(400):
    deep = [deep]
failures = [
    {"raised": {"type": markup, "text": markup, "where": markup}}, {"raised": {"type": 5, "text": None, "where": [markup]}}, {"raised": {}},
    {"raised": {"type": "x" * 10 ** 6, "text": "y\n" * 10 ** 6, "where": "z" * 10 ** 6}}, {"raised": markup}, {"bad": deep}, {"bad": markup},
    {"bad": {markup: markup}}, {"raised": {"type": "AutogradSwitchedOff", "text": markup, "where": "\x1b[31m\ud800"}}, {"interrupted": markup}, {},
    {"raised": {"type": "CallbackFailed", "text": "\x00\u202e", "where": "\r\n" * 1000}}, {"raised": {"type": "NotImplementedError", "text": markup, "where": ""}},
    {"value": {"object": {"id": 1, "kind": markup, "callable": False}}}, {"value": {markup: 1}}, {"value": {"tensor": [markup, [1], 0]}}]

def reply(message, blobs):
    if message["op"] == "has":
        return {"value": True}, []
    if message["op"] in ("begin", "set", "delete", "seed"):
        return {"value": None}, []
    failures.append(failures.pop(0))
    return dict(failures[0]), []

for found in gc.get_objects():
    if type(found).__name__ == "QuestionServer":
        found._reply = reply
