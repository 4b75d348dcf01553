"""Hundreds of notebooks, one after the other: nothing of any of them is left, and nothing grows.

``make test`` leaves them out, since growth shows only after many; ``SOAK=1000 python -m pytest tests/engine/test_soak.py`` grades more.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import threading
from pathlib import Path

import pytest

from autograder.config.load import load
from autograder.grading.course import opened
from autograder.grading.pipeline import grade
from autograder.model import Submission
from autograder.sandbox.launcher import resident_bytes
from tests.conftest import TOY_LAB, notebook_bytes

pytestmark = pytest.mark.slow

MANY = int(os.environ.get("SOAK", "110"))
WARM_UP = 30
"""Notebooks until every import has happened and every cache is full."""

GROWTH = 8 << 20
"""Bytes that a process may gain afterwards: allocators are not exact. A leak of one notebook's outputs
or connections would be several times that after a hundred."""

USUAL = "counts = {'one': 1, 'two': 2, 'three': 3}"
RUDE = (
    "import threading\nthreading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()",
    "import os\nos.makedirs('a/b/c')\nkeep = [open(f'a/{i}', 'w') for i in range(100)]",
    "import os\nos._exit(3)",
    "print('x' * 3_000_000)",
    "import os\nos.mkdir('closed', 0o300)\nopen('closed/file', 'w').close()",
    "import os\nos.umask(0o777)\nos.mkdir('nothing')",
    "import os\nos.close(3)",
    "import socket\npairs = [socket.socketpair() for _ in range(50)]",
    "raise SystemExit('bye')",
    "x = bytearray(300 << 20)",
    "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)",
    "from IPython.display import display\nfor i in range(500): display(i)",
)


def children(pid: int) -> list[str]:
    return [
        child
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("count", [MANY])
def test_nothing_is_left_and_nothing_grows(count, tmp_path, monkeypatch):
    temporary = Path(tempfile.mkdtemp(prefix="s-"))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    usual, rude = tmp_path / "usual.ipynb", tmp_path / "rude.ipynb"
    usual.write_bytes(notebook_bytes(USUAL))
    with opened(load(TOY_LAB / "grading_config.yml")) as course:
        server = course.server.process.pid
        kept = sorted(path.name for path in temporary.iterdir())
        before: tuple[object, ...] = ()
        sizes: tuple[int, int] = (0, 0)
        for number in range(count):
            if number % 2:
                rude.write_bytes(notebook_bytes(RUDE[number // 2 % len(RUDE)], USUAL))
                grade(Submission("r", "rude.ipynb", "r", file=rude), course)
            else:
                assert grade(Submission("u", "usual.ipynb", "u", file=usual), course).score == 1
            assert children(server) == []
            assert sorted(path.name for path in temporary.iterdir()) == kept
            if number < WARM_UP:
                continue
            gc.collect()
            here = (
                len(os.listdir("/proc/self/fd")),
                threading.active_count(),
                len(os.listdir(f"/proc/{server}/fd")),
            )
            if not before:
                before, sizes = here, (resident_bytes(os.getpid()), resident_bytes(server))
            assert here == before
        assert resident_bytes(os.getpid()) - sizes[0] < GROWTH
        assert resident_bytes(server) - sizes[1] < GROWTH
    assert not Path(f"/proc/{server}").exists()
    shutil.rmtree(temporary)


def test_the_fork_server_shares_no_memory_that_can_be_written(toy_course):
    maps = Path(f"/proc/{toy_course.server.process.pid}/maps").read_text().splitlines()
    shared = [line for line in maps if line.split()[1].startswith("rw") and line.split()[1].endswith("s")]
    assert shared == []
