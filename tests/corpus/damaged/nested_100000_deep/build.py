"""Lists in lists in the metadata, deeper than any parser goes."""

from tests.corpus.test_damaged import toy_notebook, written


def build() -> bytes:
    notebook = toy_notebook()
    notebook["metadata"]["deep"] = "HERE"
    return written(notebook).replace(b'"HERE"', b"[" * 100_000 + b"]" * 100_000)
