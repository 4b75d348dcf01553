from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    files = [Entry(f"eve/env/lib/{index}.py", b"pass") for index in range(5000)]
    path.write_bytes(archive(*files, Entry("eve/lab.ipynb"), Entry("ada/lab.ipynb")))
