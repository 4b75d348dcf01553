from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry("ada/", b"", mode=0o040755), Entry("bob/", b"", mode=0o040755)))
