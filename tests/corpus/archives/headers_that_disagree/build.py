from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("ada/lab.ipynb", local_name=b"eve/lab.ipynb"),
            Entry("bob/lab.ipynb", local_name=b"bob"),
            Entry(b"M\x81ller/lab.ipynb", local_name="Müller/lab.ipynb".encode()),
            Entry("cy/lab.ipynb"),
        )
    )
