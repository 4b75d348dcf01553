from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("=cmd|calc!A1.ipynb"),
            Entry("-rf.ipynb"),
            Entry("$(reboot).ipynb"),
            Entry("<script>alert(1)</script>.ipynb"),
        )
    )
