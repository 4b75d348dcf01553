from pathlib import Path

from tests.corpus.archives.zip_writer import DEFLATED, DESCRIPTOR, Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("ada/lab.ipynb", method=DEFLATED, flags=DESCRIPTOR),
            Entry("bob/lab.ipynb", method=DEFLATED, flags=DESCRIPTOR, signed_descriptor=False),
            Entry("zoe/lab.ipynb", flags=DESCRIPTOR),
        )
    )
