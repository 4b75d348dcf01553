"""A Docker engine for the tests: one of their own where they may start it, else the one that answers.

One of their own leaves nothing behind: it has its own socket and folders, and ends with the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE = "debian:bookworm-slim"

START_SECONDS = 120
END_SECONDS = 120


class NoEngine(Exception):
    """Neither can one be started here nor does one answer; the message says why."""


@contextmanager
def engine() -> Iterator[bool]:
    """``DOCKER_HOST`` leads to an engine inside the block; whether it is one of our own, without any image.

    Raises:
        NoEngine: there is none.
    """
    if shutil.which("docker") is None:
        raise NoEngine("no docker: apt-get install docker.io")
    if os.geteuid() == 0 and shutil.which("dockerd"):
        with _own_engine():
            yield True
    elif subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0:
        yield False
    else:
        raise NoEngine("no Docker engine answers, and only root can start one (with docker.io installed)")


@contextmanager
def _own_engine() -> Iterator[None]:
    # Not in /tmp, which may lie in memory: an image with torch takes gigabytes while it is built.
    folder = Path(tempfile.mkdtemp(prefix="docker-", dir="/var/tmp"))
    log = folder / "log"
    before = os.environ.get("DOCKER_HOST")
    with log.open("w") as said:
        daemon = subprocess.Popen(
            [
                "setpriv", "--pdeathsig", "TERM", "dockerd",  # it ends even when the tests are killed
                "--data-root", str(folder / "data"), "--exec-root", str(folder / "run"),
                "--pidfile", str(folder / "pid"), "--host", f"unix://{folder}/socket",
                "--storage-driver", "overlay2", "--bridge", "none", "--iptables=false", "--ip6tables=false",
            ],
            stdout=said, stderr=said,
        )  # fmt: skip
    try:
        os.environ["DOCKER_HOST"] = f"unix://{folder}/socket"
        _wait_until_it_answers(daemon, log)
        yield
        _remove_containers()
    finally:
        if before is None:
            del os.environ["DOCKER_HOST"]
        else:
            os.environ["DOCKER_HOST"] = before
        daemon.terminate()
        daemon.wait(END_SECONDS)
        shutil.rmtree(folder)


def _wait_until_it_answers(daemon: subprocess.Popen[bytes], log: Path) -> None:
    latest = time.monotonic() + START_SECONDS
    while subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        try:
            daemon.wait(0.2)
        except subprocess.TimeoutExpired:
            if time.monotonic() < latest:
                continue
        raise NoEngine(f"dockerd cannot be started here: {log.read_text()[-500:]}")


def _remove_containers() -> None:
    left = subprocess.run(["docker", "ps", "-aq"], capture_output=True, check=True, text=True).stdout.split()
    if left:
        subprocess.run(["docker", "rm", "--force", *left], capture_output=True, check=True)
