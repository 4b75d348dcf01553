"""The private directories of one student process: where it works, where its sockets lie."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import SandboxError

LONGEST_FOLDER = 98
"""Bytes of the path of a kernel's directory: the path of a socket in it holds at most 107."""


@dataclass(frozen=True)
class Workspace:
    """Directories that exist as long as one kernel.

    Attributes:
        work: the notebook's working directory.
        sockets: the kernel's sockets.
    """

    work: Path
    sockets: Path


@contextmanager
def workspace(files: Mapping[str, Path], uid: int | None) -> Iterator[Workspace]:
    """Make the directories, and remove them with everything that was left in them.

    Args:
        files: files of the lab by the name that they get in the working directory.
        uid: who owns them; ``None`` for the present user.

    Raises:
        SandboxError: the path is too long for a socket.
    """
    top = Path(tempfile.mkdtemp(prefix="ag-"))
    try:
        if len(os.fsencode(top)) > LONGEST_FOLDER:
            raise SandboxError(
                f"the folder for temporary files has too long a name for sockets: set TMPDIR to a shorter "
                f"one than {tempfile.gettempdir()}"
            )
        top.chmod(0o711)  # a user id of its own has to pass, nobody has to look
        made = Workspace(top / "work", top / "ipc")
        for directory in (made.work, made.sockets):
            directory.mkdir(mode=0o700)
        for name, file in files.items():
            shutil.copyfile(file, made.work / name)
        if uid is not None:
            for path in (made.work, made.sockets, *made.work.iterdir()):
                os.chown(path, uid, uid)
        yield made
    finally:
        remove_tree(top)


def remove_tree(top: Path) -> None:
    """Remove a directory that student code has written to: of any depth, with any permissions."""
    # rm walks a tree of any depth without recursion, which shutil.rmtree does not.
    remove = ["rm", "-rf", "--one-file-system", "--", str(top)]
    subprocess.run(remove, check=False, capture_output=True)
    if top.exists():  # an ordinary user cannot list a directory that was made unreadable
        subprocess.run(["chmod", "-R", "u+rwx", "--", str(top)], check=False, capture_output=True)
        subprocess.run(remove, check=False, capture_output=True)


def disk_usage(directory: Path, stop_at_files: int) -> tuple[int, int]:
    """Bytes on disk and number of entries below ``directory``, links not followed.

    Counting stops at ``stop_at_files`` entries: a student may have made millions.
    """
    size = count = 0
    waiting = [str(directory)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    if count > stop_at_files:
                        return size, count
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
        except FileNotFoundError:
            continue  # gone meanwhile
        except OSError:  # made unreadable, or too deep to be named: no honest notebook does either
            return size, stop_at_files + 1
    return size, count
