from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(*[Entry(b"%06d.ipynb" % index, b"") for index in range(20_001)]))
