from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("eve/disk.ipynb", b"", mode=0o060666),
            Entry("eve/terminal.ipynb", b"", mode=0o020666),
            Entry("eve/pipe.ipynb", b"", mode=0o010666),
            Entry("eve/socket.ipynb", b"", mode=0o140666),
            Entry("ada/lab.ipynb"),
        )
    )
