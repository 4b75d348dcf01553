from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry("ada/.ipynb_checkpoints/lab-checkpoint.ipynb", b"old"),
            Entry("ada/__pycache__/helper.cpython-311.pyc", b"x"),
            Entry("ada/node_modules/left-pad/index.js", b"x"),
            Entry("ada/.git/HEAD", b"x"),
            Entry("ada/lab.ipynb"),
        )
    )
