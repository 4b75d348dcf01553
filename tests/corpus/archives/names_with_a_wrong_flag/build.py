from pathlib import Path

from tests.corpus.archives.zip_writer import UTF8, Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("eve/lab.zip", archive(Entry(b"J\xf6rg.ipynb", flags=UTF8))),
            Entry(b"M\x81ller/lab.ipynb", flags=UTF8),
            Entry("ada/lab.ipynb"),
        )
    )
