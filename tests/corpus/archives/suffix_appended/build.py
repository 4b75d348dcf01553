from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("ada_1_lab.ipynb"),
            Entry("bob_2_lab.ipynb.txt"),
            Entry("eve/lab.ipynb.json"),
            Entry("zoe/lab.ipynb"),
            Entry("zoe/lab.ipynb.txt", b"a copy"),
        )
    )
