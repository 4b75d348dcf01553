from pathlib import Path

from tests.corpus.archives.zip_writer import DEFLATED, Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("ada/lab.zip", archive(Entry("lab/lab.ipynb", method=DEFLATED)), method=DEFLATED),
            Entry("bob/empty.zip", archive(Entry("photo.jpg", b""))),
        )
    )
