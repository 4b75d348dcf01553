from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry("ada/lab.ipynb")) + b"<!-- served in 3 ms -->\n" * 100)
