from pathlib import Path

from tests.corpus.archives.zip_writer import ENCRYPTED, Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("eve/lab.ipynb", flags=ENCRYPTED),
            Entry("bob/lab.zip", archive(Entry("lab.ipynb", flags=ENCRYPTED))),
            Entry("ada/lab.ipynb"),
        )
    )
