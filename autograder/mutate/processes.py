"""Processes that read what to do as JSON and write a line of JSON for each thing done."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from autograder.sandbox.launcher import ENGINE, ENVIRONMENT


@contextmanager
def worker(module: str, asked: str) -> Iterator[IO[bytes]]:
    """What a worker writes; the worker is gone after the block.

    Args:
        module: of this engine, run as a program in an environment of its own.
        asked: what it reads.
    """
    own = {
        "MPLBACKEND": "agg",
        "PYTHONPATH": str(ENGINE),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    places = {name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", module],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**ENVIRONMENT, **own, **places},
        start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with process.stdout:
            with process.stdin:
                process.stdin.write(asked.encode())
            yield process.stdout
    finally:
        process.kill()
        process.wait()


def lines(workers: Sequence[IO[bytes]]) -> Iterator[dict[str, Any]]:
    """What several workers write, line by line, as it comes."""
    begun = dict.fromkeys((worker.fileno() for worker in workers), b"")
    while begun:
        for ready in select.select([*begun], [], [])[0]:
            part = os.read(ready, 1 << 16)
            *complete, begun[ready] = (begun[ready] + part).split(b"\n")
            yield from map(json.loads, complete)
            if not part:
                del begun[ready]
