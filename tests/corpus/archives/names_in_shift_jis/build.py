from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry("田中/lab.ipynb".encode("shift_jis")), Entry("ada/lab.ipynb")))
