"""Files that may lie packed on the disk, and the unit that limits of sizes are in."""

from __future__ import annotations

import gzip
from pathlib import Path

MB = 2**20
"""Bytes; every ``…_mb`` of a configuration counts these."""


def unpacked(path: Path) -> bytes:
    """What is in a file, unpacked if its name ends in ``.gz``.

    Raises:
        OSError, EOFError: it cannot be read, or is no whole gzip file.
    """
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data
