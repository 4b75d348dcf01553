from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("eve/9.ipynb", claimed_method=9),
            Entry("eve/12.ipynb", claimed_method=12),
            Entry("eve/14.ipynb", claimed_method=14),
            Entry("eve/93.ipynb", claimed_method=93),
            Entry("ada/lab.ipynb"),
        )
    )
