from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(Entry("a/" * 2000 + "lab.ipynb"), Entry("b" * 300 + ".ipynb"), Entry("ada/lab.ipynb"))
    )
