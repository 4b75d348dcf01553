"""This engine as a wheel, made of the files that run now: nothing has to be built or downloaded.

A wheel is a zip archive with three files of its own; see the binary distribution format of PyPA.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import re
from pathlib import Path

from autograder import DISTRIBUTION, __version__
from autograder.files.zips import Member, zip_bytes

_PACKAGE = Path(__file__).resolve().parents[1]
_FILE_NAME = f"{DISTRIBUTION.replace('-', '_')}-{__version__}"


def requirements() -> dict[str, str]:
    """The packages that the engine needs, each with the version that is installed here."""
    wanted = importlib.metadata.requires(DISTRIBUTION) or []
    names = [_name(text) for text in wanted if "extra ==" not in text]
    # What follows a "+" says how a package was built ("+cpu"); other indexes do not have that build.
    return {name: importlib.metadata.version(name).partition("+")[0] for name in names}


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return found.group()


def wheel() -> tuple[str, Member]:
    """The wheel's file name and its content; the same files give the same bytes.

    It names no requirements: whoever installs it has :func:`requirements` for that.
    """
    files = _files()
    about = f"{_FILE_NAME}.dist-info"
    files[f"{about}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {DISTRIBUTION}\nVersion: {__version__}\n".encode()
    )
    files[f"{about}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in sorted(files.items()))
    files[f"{about}/RECORD"] = f"{record}{about}/RECORD,,\n".encode()
    packed = zip_bytes(sorted(files.items()))
    return f"{_FILE_NAME}-py3-none-any.whl", Member(packed, packed=True)


def checksums() -> str:
    """The engine's files as ``sha256sum --check`` reads them, from the folder that holds the package."""
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(_files().items()))


def _files() -> dict[str, bytes]:
    return {
        f"{_PACKAGE.name}/{file.relative_to(_PACKAGE).as_posix()}": file.read_bytes()
        for file in _PACKAGE.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")
    }


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
