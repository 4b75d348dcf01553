"""The state of every progress bar."""

from tests.corpus.test_damaged import toy_notebook, written


def build() -> bytes:
    notebook = toy_notebook()
    state = {
        f"{index:032x}": {"model_name": "FloatProgressModel", "state": {"value": index}}
        for index in range(90_000)
    }
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    return written(notebook)
