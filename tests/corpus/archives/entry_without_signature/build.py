from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    data = bytearray(archive(Entry("ada/lab.ipynb"), Entry("bob/lab.ipynb"), Entry("cy/lab.ipynb")))
    at = data.index(b"bob", data.index(b"PK\1\2")) - 46  # the entry of bob in the directory
    data[at] ^= 1
    path.write_bytes(data)
