"""The report's folder beyond the report: who writes into it, and how it was made.

``DIR/.autograder/`` holds the lock of the run that writes, ``run.json`` with what was graded how, and
while a regrading is under way its results.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.docker import RUN_FILE, SEEN
from autograder.errors import UsageError
from autograder.files.atomic import replace_file
from autograder.workers.settings import RunSettings

_OWN = RUN_FILE.parent


@dataclass(frozen=True)
class Run:
    """What ``autograder grade`` was asked for, so that it can be asked again.

    Attributes:
        paths: absolute paths of what was graded.
        settings: how.
        lms: name of the LMS that the paths come from; empty: to be recognised.
        worksheet: absolute path of the TA's own list of the class, if there is one.
        name_pattern: regular expression that tells who handed a file in; empty: none.
    """

    paths: tuple[Path, ...]
    settings: RunSettings
    lms: str = ""
    worksheet: Path | None = None
    name_pattern: str = ""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Make the folder ours for the time of a run.

    Raises:
        UsageError: it cannot be made, is no folder, or another run writes there.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out}: is a file, a folder was expected")
    try:
        (out / _OWN).mkdir(parents=True, exist_ok=True)
        lock = (out / _OWN / "lock").open("a+")
    except OSError as reason:
        raise UsageError(f"--out {out}: cannot be made: {reason.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise UsageError(
                f"--out {out}: another run (process {lock.read().strip() or 'unknown'}) writes there: "
                f"wait for its end or name another folder"
            ) from None
        except OSError:
            pass  # a network file system without locks: then it is the user who must not start two
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def staging(out: Path) -> Path:
    """Where a regrading keeps its results until it is through."""
    return out / _OWN / "regrade"


def remember(out: Path, run: Run) -> None:
    """Write down what is graded into ``out``.

    Raises:
        UsageError: the folder cannot be written to.
    """
    settings = run.settings
    data = {
        "paths": [str(path) for path in run.paths],
        "config": str(settings.config.absolute()),
        "seed": settings.seed,
        "enforce": settings.enforce,
        "all_cells": settings.all_cells,
        "lms": run.lms,
        "worksheet": str(run.worksheet or ""),
        "name_pattern": run.name_pattern,
        "docker": json.loads(os.environ.get(SEEN, "null")),
    }
    try:
        replace_file(out / RUN_FILE, json.dumps(data, indent=1) + "\n")
    except OSError as reason:
        raise UsageError(f"--out {out}: cannot be written to: {reason.strerror}") from None


def recalled(out: Path, paths: Sequence[Path] = ()) -> Run:
    """What was graded into ``out``.

    Args:
        paths: where the submissions lie now; empty: where they were.

    Raises:
        UsageError: nothing was, or it is not where it was.
    """
    file = out / RUN_FILE
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        settings = RunSettings(Path(data["config"]), data["seed"], data["enforce"], data["all_cells"])
        graded = tuple(map(Path, paths)) or tuple(map(Path, data["paths"]))
        worksheet = Path(data["worksheet"]) if data["worksheet"] else None
        run = Run(graded, settings, data["lms"], worksheet, data["name_pattern"])
    except FileNotFoundError:
        raise UsageError(f"{out}: nothing was graded there yet: run autograder grade first") from None
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise UsageError(f"{file}: cannot be read ({reason}): run autograder grade again") from None
    missing = [str(path) for path in run.paths if not path.exists()]
    if missing:
        if data.get("docker"):
            raise UsageError(f"{out} was graded in the image: autograder regrade {out} --docker")
        raise UsageError(
            f"{', '.join(missing)}: not there any more; say where the submissions are now: "
            f"autograder regrade {out} PATH"
        )
    return run
