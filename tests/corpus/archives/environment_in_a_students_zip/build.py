from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    files = [Entry(f"env/lib/{index}.py", b"pass") for index in range(5000)]
    path.write_bytes(
        archive(Entry("eve/lab.zip", archive(*files, Entry("lab.ipynb"))), Entry("ada/lab.ipynb"))
    )
