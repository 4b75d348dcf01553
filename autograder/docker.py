"""``grade --docker``: the same command line, run in the image by the ``docker`` command.

For machines whose system cannot confine student code (macOS, Windows). Needs nothing but Python's standard
library, so that there the package can be installed without what it depends on. The container has no
network, a root file system that cannot be written to, and the few rights that the sandbox uses.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import __version__
from autograder.errors import UsageError

IMAGE = f"autograder:{__version__}"

CAPABILITIES = (
    "CHOWN",         # gives student code its working directory, and the results to whose folder they are in
    "DAC_OVERRIDE",  # reads that directory, and uploads that only their owner may read
    "FOWNER",        # removes what lies in it
    "KILL",          # ends processes of that user id
    "SETGID",        # gives student code that user id
    "SETUID",
    "SYS_PTRACE",    # lets the watchdog see files that a process holds without a name
)  # fmt: skip
"""The rights of root in the container; student code has none of them."""

CONFINEMENT = (
    "--network", "none", "--read-only", "--tmpfs", "/tmp", "--security-opt", "no-new-privileges",
    "--cap-drop", "ALL", *(part for name in CAPABILITIES for part in ("--cap-add", name)),
)  # fmt: skip

OUT = "/out"

_COULD_NOT_RUN = (125, 126, 127)
"""Exit codes of ``docker run`` when the container did not run; docker has said why."""

_USAGE = 2


@dataclass(frozen=True)
class _Mount:
    """A file or folder of this machine and where the container sees it."""

    source: Path
    target: str
    read_only: bool = True

    def argument(self) -> str:
        """The value of ``--mount``: a line of CSV, since a path may hold a comma."""
        fields = ["type=bind", f"source={self.source}", f"target={self.target}"]
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([*fields, *(["readonly"] if self.read_only else [])])
        return line.getvalue()


def docker_command(options: argparse.Namespace) -> int:
    """Run ``grade`` with these options in the image; its exit code.

    Raises:
        UsageError: a path is not there, an option cannot go along, or there is no ``docker``.
    """
    if options.cluster:
        raise UsageError("--cluster: its workers do not run in the image; leave out --docker")
    mounts, arguments = translated(options)
    try:
        options.out.mkdir(parents=True, exist_ok=True)  # docker would make it, for root
    except OSError as reason:
        raise UsageError(f"--out {options.out}: cannot be made: {reason.strerror}") from None
    terminal = ["--interactive", "--tty"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    command = ["docker", "run", "--rm", *terminal, *CONFINEMENT]
    command += [part for mount in mounts for part in ("--mount", mount.argument())]
    code = _run([*command, options.image, *arguments])
    if code in _COULD_NOT_RUN:
        raise UsageError(f"docker could not run the image {options.image} (build it with `make docker`)")
    if code != _USAGE:
        print(f"In the container {options.out.resolve()} is {OUT}.", file=sys.stderr)
    return code


def translated(options: argparse.Namespace) -> tuple[list[_Mount], list[str]]:
    """What the container has to see, and the command line with the paths that it sees.

    Raises:
        UsageError: a path is not there.
    """
    mounts = [_Mount(options.out.resolve(), OUT, read_only=False)]
    arguments = ["grade"]
    for number, path in enumerate(options.paths):
        mounts.append(_Mount(_there(path), f"/in/{number}/{_name(path)}"))
        arguments.append(mounts[-1].target)
    arguments += ["--out", OUT]
    if options.config is not None:
        config = _there(options.config)
        mounts.append(_Mount(config.parent, "/course"))  # a lab is its configuration and what lies beside it
        arguments += ["--config", f"/course/{config.name}"]
    if options.worksheet is not None:
        mounts.append(_Mount(_there(options.worksheet), f"/worksheet/{_name(options.worksheet)}"))
        arguments += ["--worksheet", mounts[-1].target]
    for name, value in (
        ("--lms", options.lms), ("--name-pattern", options.name_pattern), ("--seed", options.seed),
        ("--jobs", options.jobs), ("--sandbox", options.sandbox),
    ):  # fmt: skip
        arguments += [f"{name}={value}"] if value not in ("", None) else []
    for name, wanted in (
        ("--no-cache", options.no_cache),
        ("--all-cells", options.all_cells),
        ("--json-lines", options.json_lines),
    ):
        arguments += [name] if wanted else []
    return mounts, arguments


def _there(path: Path) -> Path:
    """The absolute path of something that exists: docker would make a folder of a misspelt name."""
    try:
        return path.resolve(strict=True)
    except OSError as reason:
        raise UsageError(f"{path}: {reason.strerror}") from None


def _name(path: Path) -> str:
    """The last part of a path as it was given, since names of files tell who handed in."""
    return path.name if path.name not in ("", "..") else path.resolve().name or "root"


def _run(command: Sequence[str]) -> int:
    """Run docker with our terminal and wait for its end, which comes before ours."""
    try:
        process = subprocess.Popen(command)
    except OSError as reason:
        raise UsageError(f"docker cannot be started ({reason.strerror}): is it installed?") from None
    signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
    while True:
        with contextlib.suppress(KeyboardInterrupt):  # the terminal has told docker as well
            return process.wait()


def give_to_owner(out: Path) -> None:
    """In the image as root: make results belong to whoever owns the folder that is mounted for them.

    Outside of the image, as another user, or in a folder of root's own nothing is done. Only files of root
    change hands, by descriptors: a link that somebody puts there leads nowhere.
    """
    if not os.environ.get("AUTOGRADER_CONTAINER") or os.geteuid() != 0 or not out.is_dir():
        return
    place = out.resolve()
    mounted = next(folder for folder in (place, *place.parents) if folder.is_mount())
    owner = mounted.stat()
    if owner.st_uid == 0:
        return
    with contextlib.suppress(PermissionError):  # without CAP_CHOWN: then they stay root's
        for descriptor in _ours(place):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _ours(top: Path) -> Iterator[int]:
    """Descriptors of root's files and folders at and below ``top``, each open as long as it is looked at."""
    for _, _, names, folder in os.fwalk(top, topdown=False):
        for name in names:
            with contextlib.suppress(OSError):  # a link, or gone
                descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
                try:
                    status = os.fstat(descriptor)
                    if stat.S_ISREG(status.st_mode) and status.st_uid == 0 and status.st_nlink == 1:
                        yield descriptor
                finally:
                    os.close(descriptor)
        if os.fstat(folder).st_uid == 0:
            yield folder
