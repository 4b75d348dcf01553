from pathlib import Path


def build(path: Path) -> None:
    path.write_bytes(b"7z\xbc\xaf'\x1c\x00\x04" + bytes(100))
