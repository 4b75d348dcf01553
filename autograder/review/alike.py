r"""When two answers say the same in other writing: white space, ornaments, other spellings of LaTeX.

Equal answers are scored once, so what is not the same must never count as equal: no sign, index, order,
transposition or word is touched. What only looks different is: spaces, ``\left`` and ``\right``, environments
around lines of equations, braces around one token, a font that the answer uses for a letter throughout.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.files.visible import plain

LONGEST = 20_000
"""Characters of an answer that is read so; of a longer one each is its own."""

_DELIMITER = re.compile(
    r"\\\\|\\\$|\$\$?|\\[()\[\]]|\\begin\{(?P<begun>[a-z]{1,20})\*?\}|\\end\{(?P<ended>[a-z]{1,20})\*?\}"
)
_CLOSERS = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
_EQUATIONS = frozenset(
    """equation align aligned alignat alignedat gather gathered multline split flalign eqnarray displaymath
    math""".split()
)
"""Environments that put lines below each other and say nothing more; in every other one (a matrix, cases) the
places of its parts mean something."""

_TOKEN = re.compile(
    r"""
    \\\\(?:\s*\[-?[\d.]+\s*[a-z]{2}\])?     # the end of a line, and what space follows
    | \\(?:begin|end)\s*\{\s*[A-Za-z]{1,20}\*?\s*\}
    | \\(?:hspace|vspace|label)\*?\s*\{[^{}]{0,80}\}  # shows nothing
    | \\operatorname\*
    | \\[A-Za-z]+ | \\.
    | tanh | sinh | cosh | diag | exp | log | sin | cos    # functions, also typed as letters
    | \s+ | .
    """,
    re.VERBOSE | re.DOTALL,
)
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{\s*([A-Za-z]+)\*?\s*\}")
_SHOWS_NOTHING = re.compile(r"\\(?:hspace|vspace|label)\b")
_FUNCTIONS = {rf"\{name}": name for name in "tanh sinh cosh exp log sin cos diag".split()}
_FONTS = {
    **dict.fromkeys("mathbf boldsymbol bm bf pmb mathbfit symbf textbf bfseries".split(), "bold"),
    **dict.fromkeys("mathcal mathscr cal scr".split(), "script"),
    **dict.fromkeys(
        """mathrm textrm text rm mathit textit it mathnormal operatorname operatorname* mbox mathsf
        mathtt""".split(),
        "",
    ),
}
_SWITCHES = frozenset(r"\bf \rm \it \cal \scr \bfseries".split())
"""Fonts that hold to the end of their braces."""

_DROPPED = frozenset(
    r"""\left \right \middle \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr
    \displaystyle \textstyle \limits \nolimits \nonumber \notag \quad \qquad \thinspace \medspace \thickspace \enspace
    \negthinspace \, \; \: \! \> ~""".split()
) | {"\\ ", "\\\n"}
_SPELLINGS = {
    r"\times": r"\cdot", "·": r"\cdot", "×": r"\cdot", "⋅": r"\cdot", "−": "-", "∇": r"\nabla",
    "∂": r"\partial", "τ": r"\tau", r"\ast": "*", r"\dfrac": r"\frac", r"\tfrac": r"\frac",
    r"\ldots": r"\dots", r"\cdots": r"\dots", "…": r"\dots", r"\ne": r"\neq", r"\le": r"\leq",
    r"\ge": r"\geq", r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lbrack": "[", r"\rbrack": "]",
    r"\vert": "|", r"\lvert": "|", r"\rvert": "|", r"\Vert": r"\|", r"\lVert": r"\|", r"\rVert": r"\|",
    r"\intercal": r"\top", r"\rightarrow": r"\to", r"\lt": "<", r"\gt": ">", **_FUNCTIONS,
}  # fmt: skip

_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.M)
_NUMBERED = re.compile(r"^([ \t]*\d{1,3})\)[ \t]", re.M)
_EMPHASIS = re.compile(r"(?<![\w*_\\])(\*\*|__|\*|_)(?=[^\s*_])([^\n*_]{1,300})(?<=\S)\1(?![\w*_])")
_LINE_BREAK = re.compile(r"\\$|<br ?/?>", re.M)

BOUNDARY = "$"
"""Between formulas, and between a formula and words."""


def comparable(text: str) -> str:
    """A form that two answers share exactly when they say the same in other writing.

    Args:
        text: untrusted Markdown with LaTeX; what exceeds ``LONGEST`` is compared as it is.
    """
    shown = plain(text, len(text) + 1, multiline=True)
    if len(shown) > LONGEST:
        return shown
    tokens: list[_Token] = []
    for is_math, part in _parts(shown):
        if is_math:
            tokens += [_END, *_math(part), _END]
        else:
            tokens += map(_Token, _words(part))
    return " ".join(_spelled(tokens))


def formulas(text: str) -> list[str]:
    """The formulas of a text, line by line, in a form that equal ones share; fonts do not count."""
    found: list[str] = []
    for is_math, part in _parts(plain(text, LONGEST, multiline=True)):
        if is_math:
            lines = " ".join(one.text for one in _math(part)).split(BOUNDARY)
            found += [line.strip(" ,.;") for line in lines if line.strip(" ,.;")]
    return found


@dataclass(frozen=True)
class _Token:
    text: str
    font: str = ""


_END = _Token(BOUNDARY)


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The text cut where formulas begin and end; whether each part is one. What is never closed is, too."""
    start, closer = 0, ""
    for match in _DELIMITER.finditer(text):
        found = match[0]
        if closer:
            if found != closer and match["ended"] != closer:
                continue
            yield True, text[start : match.start()]
            closer = ""
        elif opened := _CLOSERS.get(found) or (match["begun"] if match["begun"] in _EQUATIONS else ""):
            yield False, text[start : match.start()]
            closer = str(opened)
        else:
            continue
        start = match.end()
    yield bool(closer), text[start:]


def _words(text: str) -> list[str]:
    """Words without what only makes them a heading, a list or emphasised."""
    text = _LINE_BREAK.sub(" ", _NUMBERED.sub(r"\1. ", _HEADING.sub("", text)))
    return _EMPHASIS.sub(r"\2", text).split()


def _math(source: str) -> list[_Token]:
    reader = _MathReader()
    for found in _TOKEN.findall(source):
        reader.take(found)
    return reader.tokens


class _MathReader:
    """Reads a formula token by token.

    Attributes:
        tokens: what it came to until now.
    """

    def __init__(self) -> None:
        self.tokens: list[_Token] = []
        self._font = ""
        self._next_font: str | None = None
        self._braces: list[tuple[int, str]] = []
        self._environments: list[str] = []
        self._after_left = False

    def take(self, found: str) -> None:
        """Read the next token."""
        if found.isspace() or _SHOWS_NOTHING.match(found):
            return
        no_bracket, self._after_left = self._after_left and found == ".", found in (r"\left", r"\right")
        if found in _DROPPED or no_bracket:
            return
        if environment := _ENVIRONMENT.match(found):
            self._enter_or_leave(environment[1], environment[2])
        elif (font := _FONTS.get(found[1:])) is not None and found[0] == "\\":
            self._change_font(found, font)
        elif found == "{":
            self._braces.append((len(self.tokens), self._font))
            self.tokens.append(_Token("{"))
            self._font = self._font if self._next_font is None else self._next_font
            self._next_font = None
        elif found == "}" and self._braces:
            self._close()
        elif found == "&" and self._in_equations():
            return
        elif found.startswith("\\\\"):
            self.tokens.append(_END if self._in_equations() else _Token("\\\\"))
        else:
            font = self._font if self._next_font is None else self._next_font
            self._next_font = None
            self.tokens.append(_Token(_SPELLINGS.get(found, found), font))

    def _change_font(self, command: str, font: str) -> None:
        if command in _SWITCHES:
            self._font = font
        else:
            self._next_font = font

    def _close(self) -> None:
        """Braces around one token go."""
        start, self._font = self._braces.pop()
        if len(self.tokens) - start == 2:
            self.tokens[start:] = self.tokens[start + 1 :]
        else:
            self.tokens.append(_Token("}"))

    def _enter_or_leave(self, which: str, name: str) -> None:
        if which == "begin":
            self._environments.append(name)
        elif self._environments:
            name = self._environments.pop()
        self.tokens.append(_END if name in _EQUATIONS else _Token(f"\\{which}{{{name}}}"))

    def _in_equations(self) -> bool:
        return not self._environments or self._environments[-1] in _EQUATIONS


def _spelled(tokens: Sequence[_Token]) -> Iterator[str]:
    """The tokens as text, with the font of each letter that stands in more than one, boundaries once."""
    fonts = defaultdict(set)
    for token in tokens:
        fonts[token.text].add(token.font)
    last = BOUNDARY
    for token in tokens:
        if token.text == last == BOUNDARY:
            continue
        last = token.text
        tells = len(fonts[token.text]) > 1 and (token.text.isalnum() or len(token.text) > 1)
        yield f"{token.font}:{token.text}" if tells and token.font else token.text
