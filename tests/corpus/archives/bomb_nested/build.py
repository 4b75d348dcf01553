from pathlib import Path

from tests.corpus.archives.zip_writer import DEFLATED, Entry, archive


def build(path: Path) -> None:
    inner = archive(*[Entry(f"{index}.ipynb", bytes(20 * 2**20), method=DEFLATED) for index in range(4)])
    middle = archive(*[Entry(f"{index}.zip", inner) for index in range(4)])
    path.write_bytes(
        archive(Entry("eve/lab.zip", middle), Entry("eve/flat.zip", inner), Entry("ada/lab.ipynb"))
    )
