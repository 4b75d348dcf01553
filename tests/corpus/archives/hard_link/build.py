import struct
from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("eve/lab.ipynb", b"", extra=struct.pack("<2H", 0x0D, 24) + bytes(12) + b"/etc/passwd\0"),
            Entry("ada/lab.ipynb"),
        )
    )
