"""What reading a notebook's source tells the TA, and what it passes over because it is ordinary."""

from __future__ import annotations

import nbformat
import pytest

from autograder.grading.flags import LONGEST_CELL, alone, static
from autograder.model import CaseResult, Outcome, QuestionResult

KNOWN = {"words.txt", "https://example.org/words.txt"}


def flags(*cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    return static(notebook, KNOWN)


@pytest.mark.parametrize(
    ("source", "flag"),
    [
        ("def f(x):\n    x.sum().backward()", "uses autograd: .backward() in f"),
        (
            "from torch import autograd\ndef f(x): return autograd.grad(x, x)",
            "uses autograd: autograd.grad() in f",
        ),
        ("import torch\ng = torch.func.jacrev(f)", "uses autograd: .jacrev() in <cell>"),
        ("import ctypes", "unusual import: ctypes"),
        ("import os, subprocess as s", "unusual import: subprocess"),
        ("from multiprocessing.pool import Pool", "unusual import: multiprocessing.pool"),
        ("import autograder.kernel.guest", "unusual import: autograder.kernel.guest"),
        ("import sys\nsys._getframe(1)", "unusual: sys._getframe"),
        ("import sys as s\ns.modules['x']", "unusual: sys.modules"),
        ("from os import kill\nkill(1, 9)", ""),  # the name alone says nothing
        ("import os\nos.kill(1, 9)", "unusual: os.kill"),
        ("import os\nprint(os.environ['HOME'])", "unusual: os.environ"),
        ("import os\nos.environ.items()", "unusual: os.environ.items"),
        ("get_ipython().kernel", "unusual: get_ipython.kernel"),
        ("object.__subclasses__()", "unusual: .__subclasses__"),
        ("class T:\n    def __torch_function__(self): pass", "unusual: defines __torch_function__"),
        ("exec('x = 1')", "runs text as code: exec()"),
        ("import torch\ntorch.allclose = lambda *a: True", "changes torch.allclose"),
        ("import torch as t\nt.Tensor.__eq__ = f", "changes torch.Tensor.__eq__"),
        ("import time\nsetattr(time, 'time', f)", "changes time"),
        ("import numpy as np\ndel np.random.seed", "changes numpy.random.seed"),
        ("open('/etc/passwd')", "reads a file: '/etc/passwd'"),
        ("open(name)", "reads a file: open(…)"),
        ("open('words.txt', 'r+')", ""),
        ("open('other.txt', 'r+')", "reads a file: 'other.txt'"),
        ("import pandas as pd\npd.read_csv('solution.csv')", "reads a file: 'solution.csv'"),
        ("import torch\ntorch.load('trained.pt')", "reads a file: 'trained.pt'"),
        ("from pathlib import Path\nPath('x.txt').read_text()", "reads a file: Path(x.txt)"),
        ("import os\nos.listdir('/')", "looks at files: os.listdir()"),
        ("import glob as g\ng.glob('/**')", "looks at files: glob.glob()"),
    ],
)
def test_what_is_unusual_is_named(source, flag):
    assert flags(source) == ((flag,) if flag else ())


@pytest.mark.parametrize(
    "source",
    [
        "import urllib.request\nlines = urllib.request.urlopen('https://example.org/words.txt').readlines()",
        "url = 'https://example.org/words.txt'\nimport pandas as pd\ndf = pd.read_csv(url)",
        "with open('words.txt') as f: f.read()",
        "import urllib.request as u\nu.urlretrieve('https://example.org/words.txt', 'mine.txt')\nopen('mine.txt')",
        "name = 'copy.csv'\nwith open(name, 'w') as f: f.write('x')\nopen(name).read()",
        "import numpy as np\nnp.save('losses.npy', losses)\nnp.load('losses.npy')",
        "import os\nos.environ['KMP_DUPLICATE_LIB_OK'] = 'TRUE'",
        "import torch\ntorch.backends.cudnn.deterministic = True",
        "import ssl\nssl._create_default_https_context = ssl._create_unverified_context",
        "import matplotlib.pyplot as plt\nplt.rcParams['figure.figsize'] = (8, 4)",
        "rnn.w = rnn.w - lr * grad\nself.u -= 1",
        "%matplotlib inline\n!pip install torch\nimport torch",
        "this is no Python",
        "pattern = '\\d'; x is 'text'",
        "grad = rnn.grad(x)",
        "x = model.eval()",
    ],
)
def test_what_is_ordinary_is_not(source):
    assert flags(source) == ()


def test_a_flag_stands_once_and_in_the_order_of_the_source():
    found = flags("import socket", "exec('1')", "import socket\nopen('/etc/passwd')")
    assert found == ("unusual import: socket", "runs text as code: exec()", "reads a file: '/etc/passwd'")


def test_what_is_too_long_is_not_parsed_but_named():
    assert flags("x = 1\n" * LONGEST_CELL) == ("source too long to be read for flags",)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000,
        "-" * 100_000 + "1",
        "a" + ".b" * 30_000,
        "x = " + "[" * 90 + "]" * 90,
        "f(" * 80 + ")" * 80,
    ],
    ids=["brackets", "minus", "attributes", "lists", "calls"],
)
def test_deep_sources_do_not_stop_the_grader(source):
    assert flags(source, "exec('1')") == ("runs text as code: exec()",)


def test_what_a_student_writes_into_a_flag_is_short():
    assert all(len(flag) < 150 for flag in flags(f"open('{'x' * 5000}')", f"import socket.{'y' * 5000}"))


def result(name, *cases):
    """A question with a case for each (points, possible)."""
    outcome = {True: Outcome.PASSED, False: Outcome.FAILED}
    return QuestionResult(
        name,
        name,
        tuple(
            CaseResult("check", outcome[passed], earned, possible, hidden=possible > 0)
            for passed, earned, possible in cases
        ),
    )


RIGHT, WRONG, PUBLIC = (True, 1.0, 1.0), (False, 0.0, 1.0), (False, 0.0, 0.0)


@pytest.mark.parametrize(
    ("one", "whole", "flagged"),
    [
        ((RIGHT,), (RIGHT, WRONG), True),
        ((RIGHT,), (RIGHT, PUBLIC), True),
        ((RIGHT,), (RIGHT, RIGHT), False),
        ((WRONG,), (RIGHT, WRONG), False),
        ((WRONG,), (RIGHT, PUBLIC), False),
    ],
)
def test_a_question_that_fails_alone_is_flagged_where_it_is_watched(one, whole, flagged):
    results = [result("one", *one), result("whole", *whole)]
    flag = "a check of whole failed, every other question is right"
    assert alone(results, {"whole"}) == ((flag,) if flagged else ())
    assert alone(results, ()) == ()
