# %% attack after features

markup = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)></style></title></pre></table></main>"
    "<iframe srcdoc='<script>'><a href='javascript:alert(1)'>x</a><base href='http://x/'><meta http-equiv=refresh content='0;url=http://x'>"
    "\"'><b onmouseover=alert(1)>{{ 7 * 7 }}{% raw %}${7*7}&lt;script&gt;<!-- ]]> --!><form action=http://x><input autofocus onfocus=alert(1)>")

from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
import sys

display(HTML(markup), Javascript("alert(1)"), Markdown(markup), Latex("$\\href{javascript:alert(1)}{x}$"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"))
display({"text/html": markup, "image/png": "javascript:alert(1)", "text/plain": markup, "application/json": {markup: markup},
    "application/vnd.jupyter.widget-view+json": {"model_id": markup}, "<script>": markup}, raw=True)
display({"text/html": "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>"}, raw=True, metadata={"<script>": markup})
print(markup)
print(markup, file=sys.stderr)
print("\x1b]0;title\x07\x00\x9b31m\u202e")
