"""Remove from the image's packages what no grading reads, and compile the rest.

    python trim.py FOLDER        # the folder site-packages

Tests, headers, static libraries, test programs, and the tables of local symbols in torch's libraries (a
fifth of their size; the linker that loads them reads the other table). What a notebook can import stays:
apart from tests every module is there.
"""

from __future__ import annotations

import compileall
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMED_TESTS = ("tests", "test")
"""Folders with the packages' own tests. Not ``testing``: these are tools, which numpy and torch import."""

IMPORTED_ALL_THE_SAME = ("numpy/_core/tests/_natype.py",)
"""Found in a folder of tests, imported from ``numpy.testing``."""

OF_TORCH = ("torch/include", "torch/share", "torch/lib/lib*test*.so", "torch/lib/libbackend_with_compiler.so")
NEEDED_PROGRAM = "torch_shm_manager"
"""Of the programs in ``torch/bin``: torch looks for this one when it is imported."""


def main(argv: Sequence[str]) -> int:
    """Trim the folder; say what is won."""
    packages = Path(argv[0])
    before = size(packages)
    for path in superfluous(packages):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for library in sorted(packages.glob("torch/lib/*.so")):
        subprocess.run(["strip", "--strip-unneeded", str(library)], check=True)
    # Unchecked: the image does not change, and the same sources give the same bytes.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(packages, quiet=2, workers=0, invalidation_mode=mode)
    print(f"{packages}: {before >> 20} MB before, {size(packages) >> 20} MB after, bytecode included")
    return 0


def superfluous(packages: Path) -> Iterator[Path]:
    """Files and folders that can go."""
    keep = {packages / name for name in IMPORTED_ALL_THE_SAME}
    for folder in [path for name in NAMED_TESTS for path in packages.rglob(name) if path.is_dir()]:
        kept = {path for path in keep if folder in path.parents}
        if not kept:
            if folder.exists():  # not inside one that is gone
                yield folder
            continue
        for path in folder.rglob("*"):
            if path.is_file() and path not in kept and path.name != "__init__.py":
                yield path
    for pattern in OF_TORCH:
        yield from packages.glob(pattern)
    for program in packages.glob("torch/bin/*"):
        if program.name != NEEDED_PROGRAM:
            yield program
    yield from packages.rglob("*.a")


def size(folder: Path) -> int:
    """Bytes of the files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
