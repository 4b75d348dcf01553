from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(Entry("．．／evil.ipynb"), Entry("%2e%2e%2fevil.ipynb"), Entry("..evil/lab.ipynb"))
    )
