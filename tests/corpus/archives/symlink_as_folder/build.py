from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry("eve", b"/tmp", mode=0o120777), Entry("eve/lab.ipynb")))
