from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    files = [Entry(f"ada/data/{index}.csv", b"1,2") for index in range(10_000)]
    path.write_bytes(archive(*files, Entry("ada/lab.ipynb"), Entry("bob/lab.ipynb")))
