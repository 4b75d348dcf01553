from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("ada/a.zip", archive(Entry("b.zip", archive(Entry("c.ipynb"))))), Entry("bob/lab.ipynb")
        )
    )
