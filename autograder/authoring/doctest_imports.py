"""Doctests with the imports that they need on the grading side, where a notebook's modules are not."""

from __future__ import annotations

import doctest
import pprint
from typing import Any

from autograder.authoring.in_place import asked_afterwards, with_checks
from autograder.authoring.names import uses


def with_imports(test: dict[str, Any], notebook: dict[str, str]) -> str:
    """The text of a test file in otter's older format; hidden cases see what became of arguments.

    Args:
        test: the dictionary that such a file binds to ``test``. It is changed.
        notebook: what the notebook imports, by name.
    """
    for suite in test["suites"]:
        for case in suite["cases"]:
            if case.get("hidden", True):
                case["code"] = asked_afterwards(case["code"], _python(case["code"], silent=True), notebook)
            case["code"] = _leading(case["code"], notebook) + case["code"]
    return f"OK_FORMAT = True\n\ntest = {pprint.pformat(test, sort_dicts=False, width=100)}\n"


def python_of(test: dict[str, Any], *, silent: bool = False) -> str:
    """The code of all examples of such a dictionary; without cases that are malformed: loading says so.

    Args:
        silent: only of those that expect no output.
    """
    return "".join(_python(case["code"], silent) for suite in test["suites"] for case in suite["cases"])


def _python(body: str, silent: bool = False) -> str:
    try:
        examples = doctest.DocTestParser().get_examples(body)
    except ValueError:
        return ""
    return "".join(example.source for example in examples if not (silent and example.want))


def _leading(body: str, notebook: dict[str, str]) -> str:
    needed = uses(_python(body), with_checks(body, notebook)).imports
    return "".join(f">>> {statement}\n" for statement in needed)
