import struct
from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("ada/lab.ipynb", comment=b"by Ada", extra=struct.pack("<2HBL", 0x5455, 5, 1, 0)),
            Entry("bob/lab.ipynb", extra=struct.pack("<2H", 0x0A, 32) + bytes(32)),
            comment=b"class of 2024",
        )
    )
