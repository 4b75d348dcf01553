import json


def build() -> bytes:
    evil = "<script>alert(1)</script>\x1b[31m\u202e\x00\ud800=1+1"
    cells: list[object] = [
        {"cell_type": kind, "id": identifier, "metadata": {evil: evil, "autograder": {"manual": evil}, "name": evil}, "source": source}
        for kind, identifier, source in (
            (evil, evil, "x"), ("code", evil, "1 / 0"), ("markdown", "<b>", evil), ("code", "attack", "raise NameError('<img src=x onerror=alert(1)>')"),
            ([evil], {evil: 1}, [evil, 5, None]), ("heading", "h", evil))
    ]
    metadata = {"title": evil, "authors": [{"name": evil}], "kernelspec": {"name": "python3", "display_name": evil, "language": "python"},
        "language_info": {"name": "python", "file_extension": evil, "pygments_lexer": evil}, evil: evil, "colab": {"name": evil}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": [*cells, evil, 5, None], evil: evil}).encode()
