"""Students who try whatever may run, load, cover or break something on the pages that show their work."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

from tests.corpus.attacks.reporting_formula_as_language.build import build as odd_language
from tests.corpus.attacks.reporting_markup_in_answers.build import build as markup_in_answers
from tests.corpus.attacks.reporting_markup_in_metadata.build import build as markup_in_metadata
from tests.review.classes import DERIVATION, LAST_STEP, SOLUTION, Student
from tests.review.test_markdown import ATTACKS

MARKUP = (
    "</title></textarea></script></style><script>alert(1)</script><img src=//evil.example/a.png onerror=alert(1)>"
    "<svg onload=alert(1)><a href='javascript:alert(1)' style='position:fixed;inset:0'>x</a></svg>\"'><b onmouseover=alert(1)>{{ 7 * 7 }}"
)
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 6
BACKWARDS = "\u202eevil\u2066 \u200b\u0301\u0301\U0001f600 أحمد"

FORMULAS = "\n\n".join(
    (
        r"$\href{javascript:alert(1)}{x}$ $\url{https://evil.example}$ $\includegraphics{https://evil.example/a.png}$",
        r"$\htmlClass{first box}{x}$ $\htmlStyle{position: fixed; inset: 0}{x}$ $\htmlData{x=1}{x}$ $\htmlId{main}{x}$",
        r"$\def\a{\a\a}\a$ $\edef\b{\b\b}\b$ $\gdef\c{c}\c$ $\global\let\frac=\a$",
        r"$\rule{9999em}{9999em}$ $\raisebox{999em}{x}$ $\kern-999em x$ $\Huge\Huge x$ $\hspace{-900em}x$",
        "$" + r"\frac{1}{" * 200 + "x" + "}" * 200 + "$",
        "$" + "x" * 3000 + "$",
        "$</span><script>alert(1)</script>$ $$</div><img src=x onerror=alert(1)>$$",
        r"$\unknown{x}$ ${$ $\color{url(//evil.example)}{x}$ $\text{\u202e}$",
    )
)
"""What KaTeX is asked for that it must not do."""


def png(width: int = 8, height: int = 8) -> bytes:
    """A grey picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"

PICTURES = {
    "plain.png": png(),
    "wide.png": png(3000, 4),
    "claims.png": png()[:16] + struct.pack(">II", 60_000, 60_000) + png()[24:],
    "drawing.png": SVG,
    "page.png": b"<!DOCTYPE html><script>alert(1)</script>",
    "both.gif": b"GIF89a/*" + b"\0" * 4 + b"*/=1;alert(1)//<script>alert(1)</script>",
    "../../up.png": png(),
    "<script>.png": png(),
    "": png(),
}
"""Attachments: pictures, and what only says that it is one."""

OUTPUTS: Sequence[Any] = (
    {"output_type": "stream", "name": "stdout", "text": MARKUP + "\x1b[31m\x1b]0;title\x07" + "\n"},
    {"output_type": "stream", "name": "stderr", "text": ["x" * 5000, "\n"] * 30},
    {"output_type": "display_data", "metadata": {}, "data": {"text/html": MARKUP, "text/plain": MARKUP}},
    {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<iframe src=//evil.example></iframe>"}},
    {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": SVG.decode()}},
    {"output_type": "display_data", "metadata": {}, "data": {"application/javascript": "alert(1)"}},
    {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": "\n\n".join(ATTACKS)}},
    {"output_type": "display_data", "metadata": {}, "data": {"text/latex": FORMULAS}},
    {"output_type": "display_data", "metadata": {}, "data": {"image/png": "bm90IGEgcGljdHVyZQ=="}},
    {"output_type": "display_data", "metadata": {}, "data": {"image/png": 5, "text/plain": [1, None]}},
    {"output_type": "execute_result", "execution_count": MARKUP, "metadata": {}, "data": {"application/vnd.x+json": {"a": [MARKUP]}}},
    {"output_type": "error", "ename": MARKUP, "evalue": MARKUP, "traceback": [f"\x1b[0;31m{MARKUP}", "x" * 9000]},
    {"output_type": "unknown", "text": MARKUP},
    "no output at all",
)  # fmt: skip


def hostile_students() -> Sequence[Student]:
    """Each tries something else."""
    everything = {DERIVATION: "\n\n".join(ATTACKS), LAST_STEP: FORMULAS}
    pictures = "\n\n".join(f"![{name}](attachment:{name.replace(' ', '%20')})" for name in PICTURES)
    return (
        Student(MARKUP, everything, outputs=OUTPUTS, even=False, late=7500.0, flags=(MARKUP, LONG)),
        Student(BACKWARDS, {DERIVATION: pictures, LAST_STEP: BACKWARDS}, attachments=PICTURES),
        Student(LONG, {DERIVATION: LONG * 10, LAST_STEP: "| " + " | ".join("abc" * 60) + " |\n" + "|---" * 60 + "|"}),
        Student("=HYPERLINK(\"//evil.example\")", SOLUTION),
        Student("\x1b[31m\x00\n\r\t", SOLUTION, notebook=markup_in_answers()),
        Student("-2+3", SOLUTION, notebook=odd_language()),
        Student("../../../etc/passwd", SOLUTION, notebook=markup_in_metadata()),
        Student("$\\href{javascript:alert(1)}{x}$", problem=f"not a notebook: {MARKUP} {LONG}"),
        Student("Zoé Martin", SOLUTION),
        Student("Zoé Martin", SOLUTION, even=False),
    )  # fmt: skip
