import json


def build() -> bytes:
    tags = ["skip-execution", "raises-exception", "remove-cell", "parameters", "injected-parameters", "solution", "otter_ignore"]
    metadata = {
        "tags": tags,
        "autograder": {"manual": "loss", "points": 25, "hidden": False, "score": 25, "split": 1},
        "nbgrader": {"grade": True, "grade_id": "loss", "points": 25, "locked": False, "solution": True, "task": False},
        "otter": {"tests": ["loss"], "assignment_name": "lab9", "points": 25},
        "deletable": False, "editable": False, "trusted": True, "execution": {"timeout": 10 ** 9, "allow_errors": True},
    }
    output = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "All tests passed! 25/25"}}

    def cell(name: str, source: str) -> dict:
        return {"cell_type": "code", "id": name, "metadata": metadata, "execution_count": 10 ** 9, "outputs": [output], "source": source}

    cells = [
        cell("attack", "raise RuntimeError('the tags say that this is expected')"),
        cell("loss", "def mse_loss_func(y_true, y_pred):\n    return (y_true - y_pred) ** 2"),
        {"cell_type": "markdown", "id": "answer", "metadata": {"autograder": {"manual": "grad_w"}}, "source": "3 points"},
    ]
    notebook = metadata | {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python", "argv": ["python", "-c", "evil"]},
        "otter": {"OK_FORMAT": True, "tests": {"loss": {"name": "loss", "points": 25, "suites": []}}},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}, "language_info": {"name": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": notebook, "cells": cells}).encode()
