"""What students write becomes HTML in which nothing runs, loads, leads astray or takes for ever."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest

from autograder.review.markdown import LONGEST, as_html

SECONDS = 8.0
"""Of processor time for one text of the greatest length, whatever it is; the worst known takes 2."""

MAY = {
    "a": {"href", "rel"}, "img": {"src", "alt"}, "span": {"class"}, "div": {"class"}, "ol": {"start"},
}  # fmt: skip


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


ATTACKS = (
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;<img src=1 onerror=alert(1)>'>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x></object><embed src=x><applet></applet><frame src=x>",
    "<meta http-equiv=refresh content='0; url=//evil.example'>",
    "<base href=//evil.example><link rel=stylesheet href=//evil.example/a.css>",
    "<style>* {background: url(//evil.example)}</style>",
    "<p style='position: fixed; inset: 0'>cover</p>",
    "<div class='first box bad-box'>looks like ours</div>",
    "<span class='math\" onclick=alert(1)'>x</span>",
    "<p id=main tabindex=1 accesskey=x contenteditable>x</p>",
    "<form action=/publish method=post><input name=seen value=1><button>Press</button></form>",
    "<button hx-post='/publish' hx-trigger='load'>x</button><div data-hx-get='/'>x</div>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' jAvA\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a> <a href='file:///etc/passwd'>x</a> <a href='blob:x'>x</a>",
    "<a href=x target=_top ping=//evil.example download>x</a>",
    "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) ![z](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=) <javascript:alert(1)>",
    "![x](https://evil.example/a.png) ![x](//evil.example/a.png) ![x](/publish) ![x](http:a)",
    "<img srcset='//evil.example/a.png 1x' src=//evil.example/a.png lowsrc=x loading=eager>",
    "<picture><source srcset=//evil.example></picture><video src=//evil.example poster=//evil.example></video>",
    "<audio src=//evil.example autoplay></audio><track src=//evil.example><body background=//evil.example>",
    "$</span><script>alert(1)</script>$ and $$</div><img src=x onerror=alert(1)>$$",
    "\\begin{align}</div><script>alert(1)</script>\\end{align}",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "`</code><script>alert(1)</script>`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href=x><template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><select><option>x</select><title></title><xmp><script>alert(1)</script></xmp>",
    "<custom-element is=x onclick=alert(1)>x</custom-element><slot name=x>",
    "| a |\n|---|\n| <script>alert(1)</script> |\n",
    "[x]: javascript:alert(1)\n[x] ![x]\n",
    "<div\nonclick=alert(1)\n>x</div\n>",
    "a \u202e b \x00 c \x1b[31m d \u2066 e \ufeff f",
)


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_of_a_text_runs_or_loads_or_looks_like_ours(text: str) -> None:
    html = as_html(text)
    for tag, attributes in Tags(html).found:
        assert attributes.keys() <= MAY.get(tag, set()), html
        assert tag not in ("script", "style", "svg", "iframe", "form", "input", "button", "meta", "base")
        assert "src" not in attributes, "a picture that nobody gave bytes for"
        assert attributes.get("class") in (None, "math", "math display")
        scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", attributes.get("href") or "", re.IGNORECASE)
        assert scheme is None or scheme[1] in ("http", "https", "attachment")
        if "href" in attributes:
            assert set((attributes["rel"] or "").split()) == {"noopener", "noreferrer", "nofollow"}
    assert not set(html) & {"\x00", "\x1b", "\u202e", "\u2066"}


def test_a_picture_is_shown_where_its_bytes_are_known_and_nowhere_else() -> None:
    known = {"attachment:a.png": "/picture/s/1"}
    html = as_html(
        "![x](attachment:a.png) ![<y>](attachment:b.png) <img src=/picture/s/2><img src=attachment:a.png>",
        known,
    )
    found = [(one["src"], one["alt"]) for tag, one in Tags(html).found if tag == "img"]
    assert found == [("/picture/s/1", "x"), ("/picture/s/1", "picture")]
    assert "(picture: &lt;y&gt;)" in html
    assert "(picture)" in html


def test_formulas_stay_what_students_wrote() -> None:
    html = as_html(
        r"Here $a < b_1 * c_2 * d$ and $$\frac{1}{2}$$" "\n\n\\begin{align}\nx &= y\n\\end{align}\n"
    )
    assert '<span class="math">a &lt; b_1 * c_2 * d</span>' in html
    assert '<span class="math display">\\frac{1}{2}</span>' in html
    assert '<div class="math display">\\begin{align}\nx &amp;= y\n\\end{align}' in html


N = LONGEST
DEEP = {
    "quotes": ">" * N,
    "quotes line by line": "\n".join(">" * depth for depth in range(300)),
    "emphasis": "**a" * (N // 3),
    "emphasis of two kinds": "*a_" * (N // 3),
    "emphasis in emphasis": "*" * (N // 2) + "a" + "*" * (N // 2),
    "brackets": "[" * N,
    "links in links": "[a](" * (N // 4),
    "pictures in pictures": "![" * (N // 2),
    "references": "[a]" * (N // 3) + "\n\n[a]: b",
    "code of all lengths": "".join("`" * length + " " for length in range(1, 315)),
    "lists": "\n".join(" " * (2 * depth) + "- a" for depth in range(220)),
    "tags": "<div>" * (N // 5),
    "comments": "<!--" * (N // 4),
    "attributes": '<b a="' * (N // 6),
    "a wide table": "|a" * 100 + "\n" + "|-" * 100 + "\n" + "|\n" * (N // 2 - 201),
    "dollars": "$a " * (N // 3),
    "displayed formulas": "$$a\n" * (N // 4),
    "environments without an end": "a\n\\begin{align}\n\n" * (N // 17),
    "environments far from the end": ("a\n\\begin{align}\n" + "\n" * 234) * 200,
    "environments in each other": "\\begin{align}\n" * (N // 14),
    "entities": "&#" * (N // 2),
    "backslashes": "\\" * N,
    "empty lines": "\n" * N,
    "too much of it": "a" * (100 * N),
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_text_of_any_form_is_read_in_seconds(text: str) -> None:
    begun = time.process_time()
    html = as_html(text)
    assert time.process_time() - begun < SECONDS
    assert len(html) < 20 * LONGEST
