from pathlib import Path

from tests.corpus.archives.zip_writer import ENCRYPTED, Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(Entry("eve/lab.ipynb", flags=ENCRYPTED, claimed_method=99), Entry("ada/lab.ipynb"))
    )
