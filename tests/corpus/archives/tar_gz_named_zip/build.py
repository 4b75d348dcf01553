import io
import tarfile
from pathlib import Path

from tests.corpus.archives.zip_writer import NOTEBOOK


def build(path: Path) -> None:
    with tarfile.open(path, "w:gz") as packed:
        member = tarfile.TarInfo("lab.ipynb")
        member.size = len(NOTEBOOK)
        packed.addfile(member, io.BytesIO(NOTEBOOK))
