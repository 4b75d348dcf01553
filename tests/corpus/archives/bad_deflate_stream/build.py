from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry("eve/lab.ipynb", b"\xff" * 500, claimed_method=8), Entry("ada/lab.ipynb")))
