from pathlib import Path


def build(path: Path) -> None:
    path.write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(100))
