from pathlib import Path

from tests.corpus.archives.zip_writer import Entry, archive


def build(path: Path) -> None:
    path.write_bytes(b"#!/bin/sh\n" + archive(Entry("ada/lab.ipynb")))
