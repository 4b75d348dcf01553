from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(archive(Entry("eve/lab\u202ebnypi.exe"), Entry("eve/\u202elab.ipynb")))
