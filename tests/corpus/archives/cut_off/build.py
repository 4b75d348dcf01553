from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    data = archive(Entry("ada/lab.ipynb"), Entry("bob/lab.ipynb"))
    path.write_bytes(data[: len(data) * 2 // 3])
