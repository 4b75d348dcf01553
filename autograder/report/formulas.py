"""LaTeX in a text as MathML, which every current browser shows without a script and without a font of ours.

Texts come from students. latex2mathml reads a formula; of the tree that it makes, only elements and
attributes on a list get into the page, every text escaped. What is too long, defines commands, or holds
something that was not understood, stays the LaTeX that it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from autograder.files.visible import plain

if TYPE_CHECKING:
    from markupsafe import Markup

LONGEST_FORMULA = 2_000
"""Characters; longer ones stay LaTeX."""
MOST_LATEX = 20_000
"""Characters of all formulas of one text that are read: a derivation has 5,000."""
_DEEPEST = 60
_MOST_NODES = 3_000

_DEFINES = re.compile(r"\\(?:[a-z]*def|(?:re)?new|provide|Declare|let)")
"""Commands that define commands: a short one can be as long as it likes when it is expanded."""

_OPENS = re.compile(r"\\\\|\\\$|\$\$|\$|\\\(|\\\[|\\begin\{((?:align|aligned|equation|gather|multline)\*?)\}")
_CLOSES = {"$$": "$$", "$": "$", r"\(": r"\)", r"\[": r"\]"}
_IN_LINE = frozenset({"$", r"\("})

_BOOLEAN = re.compile(r"true|false")
_LENGTH = re.compile(r"-?[0-9]{0,2}(?:\.[0-9]{1,4})?(?:em|ex|pt)?")
_FORM = re.compile(r"prefix|infix|postfix")
ATTRIBUTES = {
    **dict.fromkeys(("stretchy", "fence", "separator", "largeop", "movablelimits"), _BOOLEAN),
    **dict.fromkeys(("symmetric", "accent", "accentunder", "displaystyle"), _BOOLEAN),
    **dict.fromkeys(("width", "minsize", "maxsize", "lspace", "rspace", "linethickness"), _LENGTH),
    "form": _FORM,
}
TAGS = frozenset(
    "mrow mi mo mn mtext mspace msup msub msubsup munder mover munderover mfrac msqrt mroot mtable mtr mtd "
    "mstyle mpadded mphantom".split()
)
"""Elements of a formula; the attributes that they may have and the values that those may have are above."""
_BOLD = {
    **{chr(ord("A") + at): chr(0x1D400 + at) for at in range(26)},
    **{chr(ord("a") + at): chr(0x1D41A + at) for at in range(26)},
    **{chr(ord("0") + at): chr(0x1D7CE + at) for at in range(10)},
}
"""Bold letters by their plain ones: browsers do not know the attribute for it."""


class _NotUnderstood(Exception):
    """A formula that is to stay as it was written."""


@dataclass(frozen=True)
class _Piece:
    """A part of a text.

    Attributes:
        text: as written.
        latex: of a formula, without what encloses it; ``None`` for everything else.
        block: whether the formula stands in a line of its own.
    """

    text: str
    latex: str | None = None
    block: bool = False


def with_formulas(text: str, limit: int) -> Markup:
    """A text, escaped and visible, with its formulas as MathML.

    Args:
        text: untrusted.
        limit: characters of it that are shown.
    """
    from markupsafe import Markup, escape

    found: list[str] = []
    read, after_block = 0, False
    for piece in _pieces(plain(text, limit, multiline=True)):
        made = None
        if piece.latex is not None:
            read += len(piece.latex)
            made = as_mathml(piece.latex, block=piece.block) if read <= MOST_LATEX else None
            if made and piece.block and found:
                found[-1] = found[-1].removesuffix("\n")  # a block begins and ends a line by itself
            found.append(made or f'<code class="tex">{escape(piece.text)}</code>')
        else:
            found.append(str(escape(piece.text.removeprefix("\n") if after_block else piece.text)))
        after_block = piece.block and made is not None
    return Markup("".join(found))


def has_formulas(text: str) -> bool:
    """Whether :func:`with_formulas` sees a formula in a text."""
    return any(piece.latex is not None for piece in _pieces(text))


def _pieces(text: str) -> Iterator[_Piece]:
    """The text in parts; together they are all of it. Each end is looked for once where there is none."""
    missing: set[str] = set()
    begin = at = 0
    while opened := _OPENS.search(text, at):
        opener = opened[0]
        at = opened.end()
        environment = opened[1]
        closer = rf"\end{{{environment}}}" if environment else _CLOSES.get(opener)
        if closer is None or closer in missing:
            continue
        end = text.find(closer, at)
        if end < 0:
            missing.add(closer)
            continue
        inner = text[at:end]
        if not inner.strip() or (opener in _IN_LINE and "\n\n" in inner):
            continue
        if begin < opened.start():
            yield _Piece(text[begin : opened.start()])
        begin = at = end + len(closer)
        whole = text[opened.start() : at]
        yield _Piece(whole, whole if environment else inner, block=opener not in _IN_LINE)
    if begin < len(text):
        yield _Piece(text[begin:])


@lru_cache(maxsize=4096)
def as_mathml(latex: str, *, block: bool = False) -> str | None:
    """A formula as HTML; ``None`` where it is to stay LaTeX.

    Args:
        latex: untrusted, without what encloses it.
        block: whether it stands in a line of its own.
    """
    if len(latex) > LONGEST_FORMULA or _DEFINES.search(latex):
        return None
    try:
        inner = "".join(_content(_read(latex), 0, [_MOST_NODES]))
    except _NotUnderstood:
        return None
    return f'<math display="block">{inner}</math>' if block else f"<math>{inner}</math>"


def _read(latex: str) -> Element:
    """What latex2mathml makes of it; its texts are HTML with character references.

    Raises:
        _NotUnderstood: it makes nothing of it.
    """
    from latex2mathml import exceptions
    from latex2mathml.converter import convert_to_element

    named = (one for one in vars(exceptions).values() if isinstance(one, type))
    misread: list[type[Exception]] = [one for one in named if issubclass(one, Exception)]
    # What is wrong with a formula often shows in the middle of its code only.
    misread += [LookupError, ValueError, TypeError, AttributeError, RecursionError, StopIteration]
    try:
        tree: Element = convert_to_element(latex)
    except tuple(misread):
        raise _NotUnderstood from None
    return tree


def _content(element: Element, depth: int, left: list[int]) -> Iterator[str]:
    """What is within an element, as HTML.

    Args:
        left: how many more elements there may be.

    Raises:
        _NotUnderstood: something in it is not on the list, or it is too large.
    """
    from markupsafe import escape

    if depth > _DEEPEST:
        raise _NotUnderstood
    text = unescape(element.text or "")
    if "\\" in text:  # a command that latex2mathml does not know
        raise _NotUnderstood
    if element.get("mathvariant") == "bold":
        text = "".join(_BOLD.get(one, one) for one in text)
    yield str(escape(plain(text, LONGEST_FORMULA)))
    for child in element:
        left[0] -= 1
        if child.tag not in TAGS or left[0] < 0:
            raise _NotUnderstood
        yield f"<{child.tag}{_attributes(child)}>"
        yield from _content(child, depth + 1, left)
        yield f"</{child.tag}>"


def _attributes(element: Element) -> str:
    """Those that may stay; what a column is aligned to becomes a class."""
    kept = [
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if name in ATTRIBUTES and ATTRIBUTES[name].fullmatch(value)
    ]
    side = element.get("columnalign", "")
    if element.tag == "mtd" and side in ("left", "right"):
        kept.append(f' class="{side}"')
    upright = element.tag == "mi" and element.get("mathvariant") == "normal"
    return "".join([*kept, ' mathvariant="normal"' if upright else ""])
