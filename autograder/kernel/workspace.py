"""The private directories of one student process: where it works, where its sockets lie."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import SandboxError
from autograder.kernel.beside import lay_beside

BLOCK = 512
"""Bytes of the blocks that ``stat`` counts in."""

LONGEST_MAPS = 4 << 20
"""Bytes of the list of a process's mapped files: 0.2 MB with torch. Sixty thousand mappings of a file with
the longest path would make it a quarter of a gigabyte, to be read and searched twice a second, and what the
system keeps for each of them no other limit counts."""

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
        files: files of the lab by the path that they get in the working directory.
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
        lay_beside(files, made.work)
        if uid is not None:
            for path in (made.work, made.sockets, *made.work.rglob("*")):
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
                        continue
                    with contextlib.suppress(FileNotFoundError):  # gone meanwhile: the others are not
                        size += entry.stat(follow_symlinks=False).st_blocks * BLOCK
        except FileNotFoundError:
            continue
        except OSError:  # made unreadable, or too deep to be named: no honest notebook does either
            return size, stop_at_files + 1
    return size, count


def hidden_usage(pid: int, directory: Path, stop_at_files: int, *, mapped: bool) -> tuple[float, int] | None:
    """Bytes and number of files below ``directory`` that have no name any more but are held by a process.

    Args:
        stop_at_files: mappings of such files at which they are not looked at one by one.
        mapped: look at the files that it has mapped as well, not only at those that it has open.

    Returns:
        ``None`` where this process may not look; 0 when the other one is gone; infinity when it has so many
        mappings that looking at them would take our time.
    """
    found: dict[tuple[int, int], int] = {}
    try:
        places = [entry.path for entry in os.scandir(f"/proc/{pid}/fd")]
        if mapped:
            with open(f"/proc/{pid}/maps", "rb") as file:
                maps = file.read(LONGEST_MAPS)
            if len(maps) == LONGEST_MAPS:
                return float("inf"), 0
            ranges = re.findall(
                rb"^([0-9a-f]+-[0-9a-f]+) .*" + _quoted(directory) + rb"/.* \(deleted\)$", maps, re.M
            )
            if len(ranges) > stop_at_files:
                return 0, len(ranges)
            places += [f"/proc/{pid}/map_files/{one.decode()}" for one in ranges]
        for place in places:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                status = os.stat(place)
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                    found[status.st_dev, status.st_ino] = status.st_blocks * BLOCK
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    except PermissionError:
        return None
    return sum(found.values()), len(found)


def _quoted(directory: Path) -> bytes:
    return re.escape(os.fsencode(directory.resolve()))


def free_bytes(directory: Path) -> int:
    """Free space of the disk that holds ``directory``."""
    disk = os.statvfs(directory)
    return disk.f_bavail * disk.f_frsize
