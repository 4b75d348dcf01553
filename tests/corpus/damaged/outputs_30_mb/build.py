"""A plot in every cell, saved with the notebook: 30 MB that nobody needs."""

from tests.corpus.test_damaged import toy_notebook, written


def build() -> bytes:
    notebook = toy_notebook()
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo" * 900_000}}
    for index in (1, 3, 5):
        notebook["cells"][index]["outputs"] = [picture]
    return written(notebook)
