"""A key that got stuck: 12,000 empty cells."""

from tests.corpus.test_damaged import toy_notebook, written


def build() -> bytes:
    notebook = toy_notebook()
    notebook["cells"] += [
        {"cell_type": "code", "metadata": {}, "source": [], "outputs": [], "execution_count": None}
        for _ in range(12_000)
    ]
    return written(notebook)
