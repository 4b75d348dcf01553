from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    whole = archive(Entry("eve.zip", b""), Entry("ada/lab.ipynb"))
    path.write_bytes(
        archive(Entry("eve.zip", b"", size=len(whole), packed_size=len(whole)), Entry("ada/lab.ipynb"))
    )
