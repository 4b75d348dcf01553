"""Nine megabytes that would become gigabytes."""

from tests.corpus.test_damaged import toy_notebook, written


def build() -> bytes:
    notebook = toy_notebook()
    notebook["metadata"]["many"] = "HERE"
    return written(notebook).replace(b'"HERE"', b"[" + b"[]," * 3_000_000 + b"0]")
