from pathlib import Path

from tests.corpus.archives.zip_writer import archive


def build(path: Path) -> None:
    path.write_bytes(archive())
