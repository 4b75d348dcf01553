from pathlib import Path

from tests.corpus.archives.zip_writer import DEFLATED, Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(Entry("eve/lab.ipynb", bytes(60 * 2**20), method=DEFLATED), Entry("ada/lab.ipynb"))
    )
