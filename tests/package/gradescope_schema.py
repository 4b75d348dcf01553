"""What Gradescope documents of ``results.json``, as checks: an unknown key is a misspelt one."""

from __future__ import annotations

import math
import re
from typing import Any

VISIBILITY = ("hidden", "after_due_date", "after_published", "visible")
FORMAT = ("text", "html", "simple_format", "md", "ansi")

RESULTS = {
    "score": float,
    "execution_time": float,
    "output": str,
    "output_format": FORMAT,
    "test_output_format": FORMAT,
    "test_name_format": FORMAT,
    "visibility": VISIBILITY,
    "stdout_visibility": VISIBILITY,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
TEST = {
    "score": float,
    "max_score": float,
    "status": ("passed", "failed"),
    "name": str,
    "name_format": FORMAT,
    "number": str,
    "output": str,
    "output_format": FORMAT,
    "tags": list,
    "visibility": VISIBILITY,
    "extra_data": dict,
}


def problems(results: Any) -> list[str]:
    """What is wrong with results that are to give a mark; empty when nothing is."""
    found = shape(results)
    if found:
        return found
    tests = results.get("tests", [])
    if "score" not in results and not (tests and all("score" in test for test in tests)):
        found.append("neither a score nor one for each test: the autograder has failed")
    numbers = [test["number"] for test in tests if "number" in test]
    if len(set(numbers)) != len(numbers):
        found.append("two tests have the same number")
    return found


def shape(results: Any) -> list[str]:
    """What is wrong with the names and types of any results, with a mark or without."""
    if not isinstance(results, dict):
        return ["not an object"]
    found = list(_wrong("", results, RESULTS))
    for position, test in enumerate(results.get("tests", [])):
        found += (
            _wrong(f"tests[{position}].", test, TEST) if isinstance(test, dict) else [f"tests[{position}]"]
        )
    return found


def _wrong(place: str, value: dict[str, Any], fields: dict[str, Any]) -> list[str]:
    found = [f"{place}{key}: no such key" for key in value.keys() - fields.keys()]
    for key, kind in fields.items():
        if key not in value:
            continue
        one = value[key]
        if isinstance(kind, tuple):
            good = one in kind
        elif kind is float:
            good = isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one)
        else:
            good = isinstance(one, kind)
        if not good:
            found.append(f"{place}{key}: {one!r}")
    return found


CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
"""Characters that no text for a student may hold: only line breaks are left of the control characters."""


def texts(results: dict[str, Any]) -> list[str]:
    """Everything that a page shows."""
    tests = results.get("tests", [])
    return [
        results.get("output", ""),
        *(test[key] for test in tests for key in ("name", "output") if key in test),
    ]
