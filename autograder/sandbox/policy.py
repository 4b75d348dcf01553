"""What student code may do, as plain values. Enforcement lives beside it and raises when it cannot.

A policy crosses a process boundary as JSON, so it holds nothing but strings, numbers and tuples.
"""

from __future__ import annotations

import json
import os
import site
import sys
import sysconfig
from dataclasses import asdict, dataclass, field
from pathlib import Path

SYSTEM_READABLE = (
    "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib",  # shared libraries
    "/usr/share/zoneinfo", "/usr/share/fonts", "/usr/share/mime",  # dates, plots
    "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/mime.types",
    "/dev/urandom", "/dev/random", "/dev/zero",
)  # fmt: skip
"""Read by the interpreter and its libraries. Nothing here says who the user is or what runs."""

WRITABLE_DEVICES = ("/dev/null",)


@dataclass(frozen=True)
class Limits:
    """Resources of one student process.

    Attributes:
        memory_bytes: private writable memory (RLIMIT_DATA); thread stacks count.
        resident_bytes: resident memory at which the watchdog ends the process.
        file_bytes: size of one file.
        disk_bytes: size of everything in the working directory.
        disk_files: number of files in the working directory.
        open_files: file descriptors.
        threads: threads at which the watchdog ends the process; with a user id of its own (RLIMIT_NPROC)
            there cannot be more in the first place.
        cpu_seconds: processor time of all threads.
    """

    memory_bytes: int
    resident_bytes: int
    file_bytes: int
    disk_bytes: int
    disk_files: int
    open_files: int
    threads: int
    cpu_seconds: int


@dataclass(frozen=True)
class Policy:
    """The whole of what one student process may do.

    Attributes:
        work: its working directory, the only place where it may write.
        sockets: directory in which the kernel may create its sockets while it starts.
        readable: directories and files that it may read.
        uid: user and group id to change to; ``None`` keeps the present one and drops all
            capabilities instead.
        limits: resources.
        enforce: ``False`` runs without any layer (``--sandbox none``).
    """

    work: str
    sockets: str
    limits: Limits
    uid: int | None = None
    readable: tuple[str, ...] = field(default_factory=tuple)
    enforce: bool = True

    def to_json(self) -> str:
        """JSON text that :meth:`from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Policy:
        """The policy that :meth:`to_json` wrote."""
        values = json.loads(text)
        values["limits"] = Limits(**values["limits"])
        values["readable"] = tuple(values["readable"])
        return cls(**values)


def interpreter_paths() -> tuple[str, ...]:
    """Directories of the interpreter's own modules and libraries, without editable checkouts."""
    paths = sysconfig.get_paths()
    wanted = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    wanted.update(site.getsitepackages())
    wanted.add(os.path.join(sys.base_prefix, "lib"))
    return tuple(sorted({os.path.realpath(path) for path in wanted if os.path.isdir(path)}))


def readable_paths() -> tuple[str, ...]:
    """Everything that a student process may read on this machine, existing paths only."""
    system = tuple(path for path in SYSTEM_READABLE if os.path.exists(path))
    return interpreter_paths() + system


def exposes(readable: tuple[str, ...], secret: Path) -> str | None:
    """The readable directory in which ``secret`` (the lab with its hidden tests) lies, if any."""
    place = secret.resolve()
    for path in readable:
        root = Path(path).resolve()
        if root == place or root in place.parents:
            return path
    return None
