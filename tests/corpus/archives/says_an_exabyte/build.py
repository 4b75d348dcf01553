import struct
from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry(
                "eve/lab.ipynb",
                size=2**32 - 1,
                packed_size=2**32 - 1,
                extra=struct.pack("<2H2Q", 1, 16, 2**60, 2**60),
            ),
            Entry("ada/lab.ipynb"),
        )
    )
