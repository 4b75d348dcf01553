from pathlib import Path

from tests.corpus.archives.zip_writer import DEFLATED, Entry, archive


def build(path: Path) -> None:
    block = Entry("0.ipynb", bytes(2**20), method=DEFLATED)
    path.write_bytes(
        archive(
            block,
            *[
                Entry(f"{index}.ipynb", b"", method=DEFLATED, size=2**20, packed_size=1051, offset=0)
                for index in range(1, 100)
            ],
            Entry("ada/lab.ipynb"),
        )
    )
