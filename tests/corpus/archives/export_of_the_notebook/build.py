from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(
        archive(
            Entry(
                "ada/lab_2024_11_05.zip",
                archive(
                    Entry("lab.ipynb"),
                    Entry("lab.pdf", b"%PDF"),
                    Entry(".OTTER_LOG", b""),
                    Entry("__zip_filename__", b"lab_2024_11_05.zip"),
                ),
            )
        )
    )
