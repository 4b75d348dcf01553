from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry("zoe/Lösung.ipynb"), Entry("zoe/Lo\u0308sung.ipynb")))
