import json


def build() -> bytes:
    texts = [
        "# Answer\n<script>alert(1)</script>\n[x](javascript:alert(1)) ![x](data:image/svg+xml;base64,PHN2Zz4=)\n</pre></details></section></main>",
        "<img src=x onerror=alert(1)>\x1b[31m\x1b]0;title\x07\x00\u202e\ud800\u2028<style>*{display:none}</style>",
        "```\n</code></pre><script>alert(1)</script>\n```\n$\\href{javascript:alert(1)}{x}$\n{{ 7 * 7 }}{% include 'x' %}",
        "<" * 1_000_000,
    ]
    cells = [
        {"cell_type": kind, "id": f"answer-{number}", "metadata": {"autograder": {"manual": name}}, "source": text,
         "attachments": {"<script>.png": {"image/png": "x"}}, **({"outputs": [], "execution_count": None} if kind == "code" else {})}
        for number, (kind, name, text) in enumerate(
            (kind, name, text) for text in texts for name in ("derivation_general", "derivation_last_step") for kind in ("markdown", "raw"))
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()
