"""``--docker``: ``grade`` or ``regrade`` with the same options, run in the image by the ``docker`` command.

For machines whose system cannot confine student code (macOS, Windows). Needs nothing but Python's standard
library, so that there the package can be installed without what it depends on. The container has no
network, a root file system that cannot be written to, and the few rights that the sandbox uses.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
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
from autograder.store.run import RUN_FILE, SEEN, Run

IMAGE = f"autograder:{__version__}"

CAPABILITIES = (
    "CHOWN",         # gives student code its working directory, and the results to whose folder they are in
    "DAC_OVERRIDE",  # reads that directory, and uploads that only their owner may read
    "FOWNER",        # removes what lies in it
    "KILL",          # ends processes of that user id
    "SETGID",        # gives student code that user id
    "SETUID",
    "SYS_NICE",      # sends one that has a crowd of threads behind the others
    "SYS_PTRACE",    # lets the watchdog see files that a process holds without a name
)  # fmt: skip
"""The rights of root in the container; student code has none of them."""

CONFINEMENT = (
    "--network", "none", "--read-only", "--tmpfs", "/tmp", "--security-opt", "no-new-privileges",
    "--cap-drop", "ALL", *(part for name in CAPABILITIES for part in ("--cap-add", name)),
)  # fmt: skip

OUT = "/out"
_IN = "/in"
_SHEET = "/worksheet"

_COULD_NOT_RUN = (125, 126, 127)
"""Exit codes of ``docker run`` when the container did not run; docker has said why."""


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


def docker_command(options: argparse.Namespace, run: Run) -> int:
    """Run ``grade`` with these options in the image; its exit code.

    Raises:
        UsageError: a path is not there, an option cannot go along, or there is no ``docker``.
    """
    mounts, arguments = translated(options, run)
    try:
        options.out.mkdir(parents=True, exist_ok=True)  # docker would make it, for root
    except OSError as reason:
        raise UsageError(f"--out {options.out}: cannot be made: {reason.strerror}") from None
    return _run_image(options, options.image or IMAGE, mounts, arguments)


def docker_regrade_command(options: argparse.Namespace) -> int:
    """Run ``regrade`` in the image, which sees what it saw in the same places; its exit code.

    Raises:
        UsageError: the image has not graded this folder, a path is not there any more, or there is no
            ``docker``.
    """
    file = options.out / RUN_FILE
    try:
        data = json.loads(file.read_text("utf-8"))["docker"] or {"image": "", "mounts": {}}
        image, seen = data["image"], {target: Path(source) for target, source in data["mounts"].items()}
    except FileNotFoundError:
        raise UsageError(f"{options.out}: nothing was graded there yet: run grade --docker first") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as reason:
        raise UsageError(f"{file}: cannot be read ({reason}): run grade --docker again") from None
    if not seen:
        raise UsageError(f"{options.out}: was graded without --docker last time: leave it out")
    arguments = ["regrade", OUT]
    if options.paths:
        seen = {at: source for at, source in seen.items() if not at.startswith(f"{_IN}/")}
        uploads = _uploads(options.paths)
        seen |= {mount.target: mount.source for mount in uploads}
        arguments += [mount.target for mount in uploads]
    if options.config is not None:
        course, named = _course(options.config)
        seen[course.target] = course.source
        arguments += named
    mounts = [_Mount(_there(source), at) for at, source in seen.items()]
    arguments += ["--dry-run"] if options.dry_run else []
    arguments += ["--partial"] if options.partial else []
    return _run_image(options, options.image or image, mounts, [*arguments, *_means(options)])


def translated(options: argparse.Namespace, run: Run) -> tuple[list[_Mount], list[str]]:
    """What the container has to see, and the command line with the paths that it sees.

    Args:
        options: of ``grade``, with the paths as they were given.
        run: the same as a value.

    Raises:
        UsageError: a path is not there.
    """
    before = _seen_before(options.out)
    known = [_Mount(_there(path), at) for at, path in before.items() if at.startswith(f"{_IN}/")]
    known = known if options.add else []
    mounts = _uploads(options.paths, after=len(known))
    arguments = ["grade", *(mount.target for mount in mounts), "--out", OUT]
    if options.config is not None:
        course, named = _course(options.config)
        mounts.append(course)
        arguments += named
    if options.worksheet is not None:
        mounts.append(_Mount(_there(options.worksheet), f"{_SHEET}/{_name(options.worksheet)}"))
        arguments += ["--worksheet", mounts[-1].target]
    else:  # the run before may have had one, which holds until there is another
        known += [_Mount(_there(path), at) for at, path in before.items() if at.startswith(f"{_SHEET}/")]
    mounts += known
    arguments += run.options()
    arguments += ["--add"] if options.add else []
    arguments += ["--no-cache"] if options.no_cache else []
    return mounts, [*arguments, *_means(options)]


def _seen_before(out: Path) -> dict[str, Path]:
    """What the image saw of this machine when it graded into ``out``; nothing where it did not."""
    try:
        mounts = json.loads((out / RUN_FILE).read_text("utf-8"))["docker"]["mounts"]
        return {target: Path(source) for target, source in mounts.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _uploads(paths: Sequence[Path], after: int = 0) -> list[_Mount]:
    """Where the container sees the paths, numbered ``after`` those that are there already."""
    return [_Mount(_there(path), f"{_IN}/{number}/{_name(path)}") for number, path in enumerate(paths, after)]


def _course(config: Path) -> tuple[_Mount, list[str]]:
    """A lab is its configuration and what lies beside it; and how the container is told of it."""
    file = _there(config)
    return _Mount(file.parent, "/course"), ["--config", f"/course/{file.name}"]


def _means(options: argparse.Namespace) -> list[str]:
    jobs = [f"--jobs={options.jobs}"] if options.jobs is not None else []
    return [*jobs, *(["--json-lines"] if options.json_lines else [])]


def _run_image(
    options: argparse.Namespace, image: str, mounts: Sequence[_Mount], arguments: Sequence[str]
) -> int:
    if options.cluster:
        raise UsageError("--cluster: its workers do not run in the image; leave out --docker")
    terminal = ["--interactive", "--tty"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    command = ["docker", "run", "--rm", *terminal, *CONFINEMENT]
    seen = {"image": image, "mounts": {mount.target: str(mount.source) for mount in mounts}}
    command += ["--env", f"{SEEN}={json.dumps(seen)}"]
    out = _Mount(_there(options.out), OUT, read_only=False)
    command += [part for mount in (out, *mounts) for part in ("--mount", mount.argument())]
    code = _run([*command, image, *arguments])
    if code in _COULD_NOT_RUN:
        raise UsageError(f"docker could not run the image {image} (build it with `make docker`)")
    return code


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
