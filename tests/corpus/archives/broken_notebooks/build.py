from pathlib import Path

from tests.corpus.archives.zip_writer import NOTEBOOK, Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("ada/lab.ipynb", b""),
            Entry("bob/lab.ipynb", NOTEBOOK[:1000]),
            Entry("eve/lab.ipynb", b"%PDF-1.7"),
            Entry("zoe/lab.ipynb"),
        )
    )
