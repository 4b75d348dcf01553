from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("__MACOSX/ada/._lab.ipynb", b"x"),
            Entry("ada/.DS_Store", b"x"),
            Entry("ada/._lab.ipynb", b"x"),
            Entry("ada/Thumbs.db", b"x"),
            Entry("ada/desktop.ini", b"x"),
            Entry("ada/lab.ipynb"),
        )
    )
