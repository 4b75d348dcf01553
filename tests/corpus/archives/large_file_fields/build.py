import struct
from pathlib import Path

from tests.corpus.archives.zip_writer import NOTEBOOK, Entry, archive


def build(path: Path) -> None:
    sizes = struct.pack("<2H2Q", 1, 16, len(NOTEBOOK), len(NOTEBOOK))
    path.write_bytes(
        archive(
            Entry("ada/lab.ipynb", size=2**32 - 1, packed_size=2**32 - 1, extra=sizes),
            Entry("bob/lab.ipynb", size=2**32 - 1, packed_size=2**32 - 1, extra=sizes + b"\x55\x54\xff\xff"),
        )
    )
