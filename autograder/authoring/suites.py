"""Test files of the older format with several suites, as okpy had them: otter reads one."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import Any

from autograder.grading.test_files import is_of_doctests


def is_older(source: str) -> bool:
    """Whether a test file holds a dictionary ``test``, also where it does not say ``OK_FORMAT = True``.

    Raises:
        SyntaxError: it is not Python.
    """
    statements = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    bound = {ast.unparse(target): node.value for node in statements for target in node.targets}
    return is_of_doctests(source) or ("OK_FORMAT" not in bound and isinstance(bound.get("test"), ast.Dict))


def one_suite(test: dict[str, Any]) -> dict[str, Any]:
    """The same tests as one suite: what a suite sets up stands before each of its cases.

    Of several suites each has the same share of the points, unless its cases say theirs; one that is not
    scored has none.

    Raises:
        ValueError: there is a teardown, another language than Python, or a case whose answers are hashes.
        KeyError, TypeError: it is no such dictionary.
    """
    several = len(test["suites"]) > 1
    scored = sum(bool(suite.get("scored", True)) for suite in test["suites"]) or 1
    cases = []
    for suite in test["suites"]:
        _check(suite)
        before = dedent(suite.get("setup") or "").strip("\n")
        share = float(test.get("points") or 1) / scored / max(1, len(suite["cases"])) if several else None
        for case in suite["cases"]:
            code = "\n".join(filter(None, [before, dedent(case["code"]).strip("\n")])) + "\n"
            own = {} if share is None else {"points": share if suite.get("scored", True) else 0}
            cases.append({**own, **case, "code": code})
    made = {**test, "suites": [{"type": "doctest", "cases": cases}]}
    return {**made, "points": None} if several else made


def _check(suite: dict[str, Any]) -> None:
    if (suite.get("teardown") or "").strip():
        raise ValueError("a suite has a `teardown`: put what stands there into the cases")
    if (kind := suite.get("type", "doctest")) != "doctest":
        raise ValueError(f"a suite is of the type {kind!r}: only doctests are asked here")
    if any(case.get("locked") for case in suite["cases"]):
        raise ValueError("a case is locked, so its answers are hashes: take the file before it was locked")
