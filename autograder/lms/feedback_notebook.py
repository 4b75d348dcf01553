"""A feedback page as a small notebook, for an LMS that takes back only the kind of file that was handed in.

The page's words go into one Markdown cell. Its HTML would not do: Jupyter takes styles and details out
of a notebook that nobody trusts, and what is left is hard to read. Nothing of the page is markup in the
cell: what students wrote (messages, errors) is escaped, or fenced where escaping does not hold.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

_NO_TEXT = frozenset(["head", "style", "script", "template", "svg"])
_BLOCKS = {
    "h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "li": "- ", "tr": "- ", "pre": "```",
    "p": "", "div": "", "section": "", "header": "", "footer": "", "main": "", "details": "", "summary": "",
    "table": "", "ul": "", "ol": "",
}  # fmt: skip
_MARKUP = re.compile(r"([`*_{}\[\]()#+\-.!|~>])")
_MATHEMATICS = re.compile(r"[$\\]")
"""Jupyter looks for formulas before it reads Markdown, so a backslash does not keep them from it."""


def notebook_of(page: str) -> bytes:
    """The words of an HTML page as a notebook (nbformat 4.4) with one Markdown cell."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    cell = {"cell_type": "markdown", "metadata": {}, "source": "\n\n".join(reader.paragraphs())}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode("utf-8", "replace")


class _Reader(HTMLParser):
    """Cuts a page into blocks of text."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[tuple[str, str]] = []
        self._kind = ""
        self._text: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NO_TEXT:
            self._skipped += 1
        elif tag in _BLOCKS:
            self._end_block()
            self._kind = _BLOCKS[tag]
        elif tag in ("td", "th"):
            self._text.append(" ")
        elif tag == "br":
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _NO_TEXT:
            self._skipped = max(0, self._skipped - 1)
        elif tag in _BLOCKS:
            self._end_block()
            self._kind = ""

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._text.append(data)

    def paragraphs(self) -> list[str]:
        """The page's blocks as Markdown."""
        self._end_block()
        return [_paragraph(kind, text) for kind, text in self._blocks]

    def _end_block(self) -> None:
        text = "".join(self._text)
        self._text = []
        text = text.strip("\n") if self._kind == "```" else " ".join(text.split())
        if text.strip():
            self._blocks.append((self._kind, text))


def _paragraph(kind: str, text: str) -> str:
    if kind == "```" or _MATHEMATICS.search(text):
        longest = max((len(run) for run in re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}text\n{text}\n{fence}"
    return kind + _MARKUP.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))
