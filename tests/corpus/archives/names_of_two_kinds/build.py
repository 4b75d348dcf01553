from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry("eve/lab.ipynb", local_name=b"bob/lab.ipynb"), Entry("ada/lab.ipynb")))
