import struct
from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(Entry("ada/lab.ipynb", extra=struct.pack("<2H", 0x5455, 500)), Entry("bob/lab.ipynb"))
    )
