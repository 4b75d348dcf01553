"""A text in Markdown with LaTeX as HTML that may stand in a page, whoever wrote it.

markdown-it reads it, nh3 keeps what may stay of it. Formulas stay LaTeX, in elements of their own, which the
page's script gives to KaTeX; without a script they can still be read. Nothing that is shown asks another
host for anything: a picture is shown where the caller knows its bytes, otherwise it becomes a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from autograder.files.visible import plain

LONGEST = 50_000
"""Characters of one text."""

MOST_LOOKS = 100_000
"""Lines that are looked at for the ends of LaTeX environments: for one without an end, all that follow."""

_TAGS = frozenset(
    "p br hr em strong s del sub sup code pre blockquote ul ol li dl dt dd table thead tbody tr th td "
    "h1 h2 h3 h4 h5 h6 span div img a".split()
)
_ATTRIBUTES = {
    "img": {"src", "alt"},
    "a": {"href"},
    "span": {"class"},
    "div": {"class"},
    "ol": {"start"},
}
_PICTURE = re.compile(r'<img(?: [a-z]+="[^"]*")*>')
"""As nh3 writes it: no quote stands in a value."""

_FORMULA = re.compile(r"(?<![\\$])(\$\$?)(?!\$)((?:\\[^\n]|[^\\$%\n]|\n(?![ \t]*\n))++)\1(?!\$)")
"""A formula between dollar signs, without an empty line or a comment in it."""

_MATH = {"class": {"math", "math display"}}


def as_html(text: str, pictures: Mapping[str, str] | None = None) -> Markup:
    """A text as HTML.

    A formula may go over several lines, whatever they begin with: ``- b`` within one is no item of a list.

    Args:
        text: untrusted Markdown; what exceeds ``LONGEST`` is left out.
        pictures: addresses of ours by the names that the text may use for them (``attachment:a.png``).
    """
    known = pictures or {}
    shown = plain(text, LONGEST, multiline=True)
    if "```" not in shown and "~~~" not in shown:  # code keeps its lines
        shown = _FORMULA.sub(lambda found: found[0].replace("\n", " "), shown)
    looks = shown.count(r"\begin{") * shown.count("\n")
    read = _reader(looks <= MOST_LOOKS).render(shown)
    ours = frozenset(known.values())

    def kept(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src":
            found = known.get(value, value)
            return found if found in ours else None
        if tag in ("span", "div"):
            return value if value in _MATH["class"] else None
        return value

    clean = nh3.clean(
        read,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=kept,
        url_schemes={"http", "https", "attachment"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(_PICTURE.sub(_with_words, clean))


def _with_words(picture: re.Match[str]) -> str:
    """A picture with words for who does not see it; without bytes of ours, nothing but the words."""
    words = re.search(r' alt="([^"]+)"', picture[0])
    if ' src="' not in picture[0]:
        return f"<em>(picture: {words[1]})</em>" if words else "<em>(picture)</em>"
    return picture[0] if words else picture[0].replace("<img", '<img alt="picture"', 1).replace(' alt=""', "")


@cache
def _reader(environments: bool) -> MarkdownIt:
    """What reads Markdown.

    Args:
        environments: whether LaTeX environments outside of dollar signs are formulas.
    """
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    reader.use(dollarmath_plugin, allow_space=True, allow_digits=True, double_inline=True)
    if environments:
        reader.use(amsmath_plugin)
    for kind in ("math_inline", "math_inline_double", "math_block", "math_block_label", "amsmath"):
        reader.add_render_rule(kind, _formula)
    return reader


def _formula(renderer: RendererHTML, tokens: list[Token], at: int, options: object, env: object) -> str:
    """A formula, as LaTeX in an element of its own."""
    token = tokens[at]
    inline = token.type == "math_inline"
    tag, name = ("span", "math") if inline else ("div", "math display")
    if token.type == "math_inline_double":  # within a paragraph
        tag = "span"
    return f'<{tag} class="{name}">{escape(token.content)}</{tag}>'
