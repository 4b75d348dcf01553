from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry(b"evil.ipynb\0.txt"), Entry(b"evil.txt\0.ipynb"), Entry("ada/lab.ipynb")))
