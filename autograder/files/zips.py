"""Zip archives for an LMS: the same content gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

_WHEN = (1980, 1, 1, 0, 0, 0)


def write_zip(path: Path | BinaryIO, members: Iterable[tuple[str, Path | bytes]]) -> None:
    """Write an archive of files, each under the name that the LMS will match; a name comes once.

    Args:
        members: name in the archive, and the file or its bytes; of equal names the first counts.

    Raises:
        OSError: a file cannot be read, or the archive not be written.
    """
    seen: set[str] = set()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in members:
            if name not in seen:
                seen.add(name)
                entry = zipfile.ZipInfo(name, _WHEN)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, file if isinstance(file, bytes) else file.read_bytes())


def zip_bytes(members: Iterable[tuple[str, Path | bytes]]) -> bytes:
    """The bytes of the archive that :func:`write_zip` writes."""
    archive = io.BytesIO()
    write_zip(archive, members)
    return archive.getvalue()
