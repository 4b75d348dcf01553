from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("eve/lab.zip", archive(Entry("../../evil.ipynb"), Entry("lab.ipynb"))),
            Entry("ada/lab.ipynb"),
        )
    )
