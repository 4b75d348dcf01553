from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("eve/lab.ipynb", b"/etc/passwd", mode=0o120777),
            Entry("eve/lab.zip", b"/etc/passwd", mode=0o120777),
            Entry("ada/lab.ipynb"),
        )
    )
