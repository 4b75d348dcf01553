"""While the image is built: is everything there that grading needs, and are the data what they must be?

cd LAB && python check_data.py
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from autograder.config.load import check_files, load

lab = load(Path("grading_config.yml"))
check_files(lab)
for item in lab.config.data:
    data = lab.file(item.file).read_bytes()
    data = gzip.decompress(data) if item.file.endswith(".gz") else data
    digest = hashlib.sha256(data).hexdigest()
    assert digest == item.sha256, f"{item.file}: {digest}, expected {item.sha256}"
    print(f"{item.name}: {len(data)} bytes, checksum as expected")
