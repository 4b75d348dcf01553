from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(*[Entry(b"%06d" % index, b"", comment=b"x" * 60_000) for index in range(1000)]))
