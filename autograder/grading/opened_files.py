"""The files that a lab's test files open while they are loaded and asked, each with what was in it.

They are seen by Python itself: an audit hook of this process hears of every ``open``, whoever calls it, so
nobody has to list them. A file of modules that were imported from a cache counts as its source. Whatever is
opened counts from then on for every result of this process, since what was read may be remembered.

Not seen is what no audit event tells: whether a file exists, environment variables, the network, and files
that a program of another language or another process opens.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import site
import stat
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ABSENT = "absent"
"""Instead of a digest: the file could not be read, or not be found."""

CHANGED = "changed"
"""Instead of a digest: it was another file the second time. Such a result is never used again."""

_ENGINE = Path(__file__).resolve().parents[1]

_recording: ContextVar[bool] = ContextVar("recording", default=False)
_blocks: list[object] = []
"""One entry per block of :func:`recorded`: threads that a test case starts do not have its context."""

_looking = threading.local()
_roots: list[str] = []
_seen: dict[str, str] = {}
"""Digest by absolute path; the names in a folder by its path and a slash."""

_stamps: dict[str, tuple[int, ...]] = {}
"""What a file was like when it was read, so that it need not be read each time."""


def watch(root: Path) -> None:
    """See from now on what is opened of the lab at ``root``; what was imported from there before counts."""
    if not _roots:
        sys.addaudithook(_hear)
    places = _both(os.path.abspath(root))
    _roots.extend(place for place in places if place not in _roots)
    with _ourselves():
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if file and _below(file, places):
                _note(file)


@contextmanager
def recorded() -> Iterator[None]:
    """Inside the block code of the lab runs, and what is opened counts as its files."""
    token = _recording.set(True)
    block = object()
    _blocks.append(block)
    try:
        yield
    finally:
        _blocks.remove(block)
        _recording.reset(token)


def opened_files(root: Path) -> dict[str, str]:
    """What has been opened so far.

    Returns:
        SHA-256 in hexadecimal by path, relative to ``root`` where the file lies below it and absolute
        elsewhere; :data:`ABSENT` or :data:`CHANGED` in its place. Of a folder that was listed, with a slash
        at its end, that of the names in it. Sorted.
    """
    below = {place.rstrip("/") + "/" for place in (os.path.abspath(root), os.path.realpath(root))}
    others = [place + "/" for place in _roots if place + "/" not in below]
    found = {}
    for path, digest in list(_seen.items()):
        start = next((place for place in below if path.startswith(place)), "")
        if start or not any(map(path.startswith, others)):
            found[path.removeprefix(start) or "./"] = digest
    return dict(sorted(found.items()))


def is_installed(path: str) -> bool:
    """Whether a file, named absolutely and without links, is this engine's, Python's, or a package's."""
    return _below(path, _INSTALLED)


class FilesNow:
    """The lab's files as they are now, each read once.

    Args:
        root: the lab's folder.
        besides: relative paths that somebody else compares.
    """

    def __init__(self, root: Path, besides: Collection[str] = ()) -> None:
        self._root = root
        self._besides = besides
        self._digests: dict[str, str] = {}

    def differing(self, recorded: Mapping[str, str]) -> list[str]:
        """Which of the files that were opened are not what they were; empty when all are."""
        return [
            name
            for name, digest in recorded.items()
            if name not in self._besides and self._digest(name) != digest
        ]

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            path = os.path.join(self._root, name)  # an absolute name stays what it is
            self._digests[name] = _names_in(path) if name.endswith("/") else _digest(path)
        return self._digests[name]


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: called for every event of this process, so it leaves at once when it does not care."""
    if event not in _EVENTS or getattr(_looking, "busy", False):
        return
    if _recording.get() or (_blocks and threading.current_thread() is not threading.main_thread()):
        with _ourselves(), suppress(OSError, ValueError):  # what is wrong with a name, its opener will hear
            path = _EVENTS[event](arguments)
            if path is not None:
                _note(path)


@contextmanager
def _ourselves() -> Iterator[None]:
    """Inside the block this thread opens files to look at them."""
    _looking.busy = True
    try:
        yield
    finally:
        _looking.busy = False


def _of_open(arguments: tuple[Any, ...]) -> Any:
    path, mode, flags = arguments
    if flags & os.O_ACCMODE == os.O_WRONLY or flags & os.O_TRUNC:
        return None  # what was in it is not read
    # By ``os.open`` a relative name is one in an open folder, as when a tree is removed; which, nobody tells.
    return None if mode is None and not os.path.isabs(path) else path


def _of_import(arguments: tuple[Any, ...]) -> Any:
    return arguments[1]  # the file of an extension module; others are opened


def _of_listing(arguments: tuple[Any, ...]) -> Any:
    # Python looks for modules and packages by listing folders: what it finds, it opens.
    caller = sys._getframe(2).f_code.co_filename
    if "importlib" in caller or "pkg_resources" in caller:
        return None
    path = "." if arguments[0] is None else arguments[0]
    return None if isinstance(path, int) else os.path.join(os.fsdecode(path), "")


def _of_database(arguments: tuple[Any, ...]) -> Any:
    name = os.fsdecode(arguments[0])
    path = unquote(urlsplit(name).path) if name.startswith("file:") else name  # file:marks.db?mode=ro
    return path if os.path.isfile(path) else None


_TELLS_OF_PACKAGES = re.compile(r"\.(dist|egg)-info/")
"""What installations leave wherever they lie, an editable one in its checkout; versions count as such."""

_EVENTS: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "open": _of_open,
    "import": _of_import,
    "os.listdir": _of_listing,
    "os.scandir": _of_listing,
    "sqlite3.connect": _of_database,
}


def _note(named: Any) -> None:
    """Remember what is in a file or a folder, if it counts."""
    try:
        text = os.fsdecode(named)
    except TypeError:
        return  # a descriptor: it was opened by its name before
    is_folder = text.endswith("/")
    path = os.path.abspath(text)
    if path.endswith(".pyc"):
        with suppress(ValueError, NotImplementedError):
            path = importlib.util.source_from_cache(path)
    if is_installed(path):
        return  # by far the most
    real = os.path.realpath(path)
    if not _counts(path, real):
        return
    if not _below(path, _roots) and _below(real, _roots):
        path = real  # reached by a link from outside: it is the lab's file all the same
    if is_folder:
        _remember(path + "/", _names_in(path))
        return
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        if text not in sys.path:  # where Python looks for packages, names of hooks stand beside folders
            _remember(path, ABSENT)
        return
    stamp = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    if stat.S_ISREG(status.st_mode) and _stamps.get(path) != stamp:
        _stamps[path] = stamp
        _remember(path, _digest(path))


def _remember(path: str, digest: str) -> None:
    if _seen.setdefault(path, digest) != digest:
        _seen[path] = CHANGED


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ABSENT


def _names_in(path: str) -> str:
    try:
        names = sorted(name for name in os.listdir(path) if name != "__pycache__")
    except (OSError, ValueError):
        return ABSENT
    return hashlib.sha256("\0".join(map(ascii, names)).encode()).hexdigest()


def _counts(path: str, real: str) -> bool:
    """Whether a file may decide a mark and is neither this engine's nor an installed package's.

    Of files that lie outside of the lab, those of the system, of caches and temporary ones do not count.
    """
    if is_installed(real) or _TELLS_OF_PACKAGES.search(real):
        return False
    if _below(path, _roots) or _below(real, _roots):
        return True
    return not any(_below(one, [*_SYSTEM, tempfile.gettempdir()]) or _is_hidden(one) for one in (path, real))


def _below(path: str, places: list[str]) -> bool:
    return any(path == place or path.startswith(place + "/") for place in places)


def _is_hidden(path: str) -> bool:
    """Whether a program keeps it for itself in the home folder: caches, settings."""
    return path.startswith(os.path.join(os.path.expanduser("~"), "."))


def _both(*places: str | Path) -> list[str]:
    found = [str(place) for place in places]
    return list(dict.fromkeys([*found, *map(os.path.realpath, found)]))


_INSTALLED = _both(
    _ENGINE,
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *site.getsitepackages(),
    site.getusersitepackages(),
)
_SYSTEM = _both(
    sys.prefix, sys.base_prefix,
    "/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr",
)  # fmt: skip
