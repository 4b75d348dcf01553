"""What the fuzzing tests share: how examples are drawn, how a hang is noticed, where a tree can be changed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.conftest import EVERY_EXAMPLE

HANGS_AFTER = 240
"""Seconds after which a test is taken to hang: it usually takes a few."""


ONE_IN = 4
"""Of the examples, in the other runs: the same inputs each time, so more of them find nothing new but once."""


def fuzz(examples: int) -> settings:
    """Settings for the first of ``examples`` examples, with ``make test-all`` for all; the same ones on every run."""
    if EVERY_EXAMPLE not in os.environ:
        examples //= ONE_IN
    ignored = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(
        derandomize=True, database=None, deadline=None, max_examples=examples, suppress_health_check=ignored
    )


@pytest.fixture(autouse=True)
def never_hangs() -> Iterator[None]:
    """A test that takes minutes fails instead of holding up the others; imported where it is to hold."""

    def give_up(number: int, frame: object) -> None:
        raise TimeoutError("the test hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(HANGS_AFTER)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a tree of dictionaries and lists."""
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def any_place(draw: st.DrawFn, tree: Any) -> tuple[Any, Any]:
    """Some value in a tree that is not empty: what holds it, and its key there."""
    *parents, last = draw(st.sampled_from(list(places(tree))[1:]))
    holder = tree
    for key in parents:
        holder = holder[key]
    return holder, last
