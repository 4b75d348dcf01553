from pathlib import Path

from tests.corpus.archives.zip_writer import UTF8, Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry(b"\xed\xa0\xbd\xed\xb8\x80/lab.ipynb", flags=UTF8),
            Entry(b"\xed\xa0\xbd/lab.ipynb"),
            Entry("J\ufffdrg/lab.ipynb"),
            Entry("ada/lab.ipynb"),
        )
    )
