from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("ada_lab.rar", b"Rar!\x1a\x07\x01\0"),
            Entry("bob/lab.7z", b"7z\xbc\xaf\x27\x1c"),
            Entry("eve/lab.tar.gz", b"\x1f\x8b"),
            Entry("zoe/lab.zip", b"Rar!\x1a\x07\x01\0"),
            Entry("max/lab.ipynb"),
            Entry("max/data.tar.gz", b"\x1f\x8b"),
        )
    )
