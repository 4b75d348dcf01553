from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    accents = "\u0301\u0323" * 15_000
    path.write_bytes(
        archive(Entry(accents + ".ipynb"), Entry("x/" * 30_000 + "lab.ipynb"), Entry("ada/lab.ipynb"))
    )
