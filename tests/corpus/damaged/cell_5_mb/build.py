"""A data set pasted into a cell."""

from tests.corpus.test_damaged import toy_notebook, written


def build() -> bytes:
    notebook = toy_notebook()
    quotes = 3 * '"'
    notebook["cells"][1]["source"] = f"data = {quotes}" + "1.25, 3.50, 7.75, 9.00\n" * 220_000 + quotes
    return written(notebook)
