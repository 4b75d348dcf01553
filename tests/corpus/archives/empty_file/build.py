from pathlib import Path


def build(path: Path) -> None:
    path.write_bytes(b"")
