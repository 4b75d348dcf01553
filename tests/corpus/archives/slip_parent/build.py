from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(Entry("../../../../tmp/evil.ipynb"), Entry("a/../../evil.ipynb"), Entry("ada/lab.ipynb"))
    )
