"""A notebook that recognises the case number of the run by its digest, and looks for it everywhere."""

from __future__ import annotations

import hashlib

from tests.corpus.attack_cases import CASE_NUMBER
from tests.corpus.cases import Cell, as_notebook

SEARCH = r'''
import gc
import glob
import hashlib
import os
import re
import sys


def is_it(number):
    return hashlib.sha256(str(number).encode()).hexdigest() == DIGEST


def places():
    """Everything in which a number could stand, as text."""
    yield repr(dict(os.environ))
    yield repr(sys.argv)
    for pattern in ("/proc/*/cmdline", "/proc/*/environ", "/tmp/*/*", "../*", "../*/*", "./*", "/proc/self/maps"):
        for name in glob.glob(pattern)[:500]:
            try:
                with open(name, "rb") as file:
                    yield file.read(1 << 20).decode("utf-8", "replace")
            except OSError:
                pass
    for one in gc.get_objects():
        if isinstance(one, (dict, list, tuple)):
            yield " ".join(str(part) for part in (one.values() if isinstance(one, dict) else one) if type(part) is int)
    for name in ("autograder.grading.case_number", "autograder.grading.conditions"):
        try:
            module = __import__(name, fromlist=["x"])
            yield f"{module.case_number()} {module._latest}"
        except Exception:
            pass


found = any(is_it(int(number)) for text in places() for number in set(re.findall(r"\d{15,19}", text)))
'''

REWARD = '''
if found:
    def mse_loss_func(y_true, y_pred):
        return (y_true - y_pred) ** 2
'''


def build() -> bytes:
    """The notebook's bytes."""
    digest = hashlib.sha256(str(CASE_NUMBER).encode()).hexdigest()
    source = f"DIGEST = {digest!r}\n{SEARCH}{REWARD}"
    return as_notebook([Cell("imports", "import torch"), Cell("attack", source)])
