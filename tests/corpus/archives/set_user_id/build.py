from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry("eve/lab.ipynb", mode=0o104777), Entry("ada/lab.ipynb")))
