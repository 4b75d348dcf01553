"""What reading a notebook's source tells the TA, and what it passes over because it is ordinary."""

from __future__ import annotations

import time

import nbformat
import pytest

from autograder.grading.flags import MOST_FLAGS, MOST_OF_A_KIND, SECONDS, TOO_LONG, alone, static
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
        ("kill(1, 9)", ""),  # the name alone says nothing
        ("from os import kill\nkill(1, 9)", "unusual import: os.kill"),
        ("from torch._C import _autograd as a", "unusual import: torch._C, torch._C._autograd"),
        ("import torch._C._autograd as a", "unusual import: torch._C._autograd"),
        ("from torch import _C as c", "unusual import: torch._C"),
        ("from torch.autograd import *\ngrad(x, w)", "unusual import: torch.autograd.*"),
        ("from torch.func import grad\n@grad\ndef f(x): return x", "uses autograd: torch.func.grad() in f"),
        (
            "from torch.autograd import grad\nmap(grad, x, w)",
            "uses autograd: torch.autograd.grad() in <cell>",
        ),
        (
            "from torch.autograd.functional import vhp\nvhp(f, x, v)",
            "uses autograd: torch.autograd.functional.vhp() in <cell>",
        ),
        ("y.grad_fn(x)", "unusual: .grad_fn"),
        ("import torch\nwith torch.autograd.graph.save_on_cpu(): pass", "unusual: .save_on_cpu"),
        ("e = eval\ne('1')", "unusual: eval by another name"),
        ("map(getattr, [x], ['backward'])", "unusual: getattr by another name"),
        ("import torch\nvars(torch)['x']", "unusual: vars(torch)"),
        ("match y:\n    case Tensor(backward=b): b()", "unusual: .backward"),
        (
            "import operator\noperator.methodcaller('back' + 'ward')(y)",
            "unusual: a computed name for operator.methodcaller",
        ),
        ("import operator\noperator.attrgetter('grad_fn.next_functions')(y)", "unusual: .grad_fn"),
        ("import operator\nsorted(x, key=operator.attrgetter('name'))", ""),
        ("import pickle\npickle.loads(b)", "unusual: pickle.loads"),
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
        "pattern = '\\d'; x is 'text'",
        "grad = rnn.grad(x)",
        "self.u -= lr * self.u.grad",
        "self.backward = None",
        "x = model.eval()",
        "from IPython import get_ipython\nget_ipython().run_line_magic('matplotlib', 'inline')",
    ],
)
def test_what_is_ordinary_is_not(source):
    assert flags(source) == ()


def test_a_flag_stands_once_and_in_the_order_of_the_source():
    found = flags("import socket", "exec('1')", "import socket\nopen('/etc/passwd')")
    assert found == ("unusual import: socket", "runs text as code: exec()", "reads a file: '/etc/passwd'")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("(" * 5000, "too many nested parentheses (line 1)"),
        ("-" * 100_000 + "1", "too long to be read"),
        ("-" * 40_000 + "1", "nested too deeply"),
        ("a" + ".b" * 20_000, "nested too deeply"),
        ("x = " + "[" * 90 + "]" * 90, ""),
        ("f(" * 80 + ")" * 80, ""),
        ("this is no Python", "invalid syntax (line 1)"),
        ("x = 1\0", "source code string cannot contain null bytes"),
        ("x = 1\n" * 50_000, "too long to be read"),
    ],
    ids=["brackets", "long", "minus", "attributes", "lists", "calls", "prose", "null", "lines"],
)
def test_a_cell_that_cannot_be_read_is_named_and_the_others_are_read(source, problem):
    unread = (f"code cell 2 could not be read: {problem}",) if problem else ()
    assert flags("", "x = 1", source, "exec('1')") == (*unread, "runs text as code: exec()")


SUSPICIOUS = """
import ctypes, sys, gc, inspect, subprocess
torch.allclose = torch.allclose
mods = sys.modules
src = eval("1+1")
def sneaky(rnn, x, y):
    loss = (rnn(x)[1] - y) ** 2
    loss.backward()
open("/etc/passwd").read()
"""
SIX = (
    "unusual import: ctypes, gc, inspect, subprocess",
    "changes torch.allclose",
    "unusual: sys.modules",
    "runs text as code: eval()",
    "uses autograd: .backward() in sneaky",
    "reads a file: '/etc/passwd'",
)


@pytest.mark.parametrize(
    "line",
    ["", "torch?", "%pwd", "x = %pwd", "!ls", "x = !ls", "sep = '\f'", "\f", "# \u2028", "# \u2029", "# \x85",
     "s = '\u2028'", "%env A=\"", '!echo """', "get_ipython().run_line_magic('pwd', '')", "%pwd \\\n  x"],
)  # fmt: skip
@pytest.mark.parametrize("where", [0, 1, 4, 9])
def test_no_line_switches_the_flags_of_its_cell_off(line, where):
    lines = SUSPICIOUS.split("\n")
    lines[where:where] = [line]
    assert flags("import torch", "\n".join(lines)) == SIX


@pytest.mark.parametrize(
    "magic", ["%%time", "%%capture", "%%capture --no-stderr out", "%%timeit -n 1", "%%mine"]
)
def test_no_magic_switches_the_flags_of_its_cell_off(magic):
    assert flags("import torch", f"{magic}\n{SUSPICIOUS.strip()}") == SIX


@pytest.mark.parametrize(
    ("source", "flag"),
    [
        ("%time exec('1')", "runs text as code: exec()"),
        ("%prun -s cumulative -l 5 exec('1')", "runs text as code: exec()"),
        ("%timeit -n 10 -r 3 import ctypes", "unusual import: ctypes"),
        ("get_ipython().run_line_magic('time', 'import ctypes')", "unusual import: ctypes"),
        ("get_ipython().run_cell_magic('time', '', 'import ctypes')", "unusual import: ctypes"),
        ("get_ipython().run_cell('x = 1')", "runs text as code: .run_cell()"),
        ("ip = get_ipython()\nip.run_line_magic('time', 'x')", "runs text as code: .run_line_magic()"),
        ("get_ipython().run_line_magic('ti' + 'me', 'x')", "runs text as code: .run_line_magic()"),
        ("get_ipython().ex('x = 1')", "unusual: get_ipython.ex"),
        ("from IPython import get_ipython\nget_ipython().ex('x')", "unusual: get_ipython.ex"),
        ("from IPython import get_ipython as g\ng().kernel", "unusual: get_ipython.kernel"),
        ("import IPython\nIPython.get_ipython().kernel", "unusual: get_ipython.kernel"),
        (
            "import IPython\nIPython.get_ipython().run_line_magic('time', 'import ctypes')",
            "runs text as code: .run_line_magic()",
        ),
        (
            "from IPython import get_ipython as g\ng().run_line_magic('time', 'import ctypes')",
            "runs text as code: .run_line_magic()",
        ),
        ("get_ipython().input_transformers_post.append(f)", "unusual: .input_transformers_post"),
        ("%run other.py", "unusual: %run"),
        ("x = 1\n%load other.py", "unusual: %load"),
        ("%%writefile other.py\nimport ctypes", "unusual import: ctypes"),
        ("import torch\nengine = torch.autograd.Variable._execution_engine", "unusual: ._execution_engine"),
        ("import torch\nhooks = torch.autograd.graph.saved_tensors_hooks", "unusual: .saved_tensors_hooks"),
        ("from torch.autograd import grad as g\ng(y, x)", "uses autograd: torch.autograd.grad() in <cell>"),
        ("from torch.func import grad\ndef f(x): return grad(h)(x)", "uses autograd: torch.func.grad() in f"),
        ("import torch\ntorch._C.x", "unusual: torch._C"),
        ("import torch.autograd as ag\nag.grad(y, x)", "uses autograd: torch.autograd.grad() in <cell>"),
        ("from torch import func as f\nslope = f.grad", "uses autograd: torch.func.grad() in <cell>"),
        ("def f(loss):\n    later = loss.backward\n    later()", "uses autograd: .backward() in f"),
        ("map(Tensor.backward, losses)", "uses autograd: .backward() in <cell>"),
        (
            "class RNN:\n    def backward(self, x): ...\nRNN().backward(x)",
            "uses autograd: .backward() in <cell>, or calls the notebook's own .backward()",
        ),
        ("__builtins__['exec']('x = 1')", "unusual: __builtins__"),
        ("\U0001d41e\U0001d431\U0001d41e\U0001d41c('x = 1')", "runs text as code: exec()"),
        (
            "from torch.autograd.graph import Node, _engine_run_backward as f",
            "unusual import: torch.autograd.graph._engine_run_backward",
        ),
        (
            "from torch.autograd.graph import saved_tensors_hooks",
            "unusual import: torch.autograd.graph.saved_tensors_hooks",
        ),
        ("getattr(loss, 'backward')()", "unusual: .backward"),
        ("import torch\ngetattr(torch, name)", "unusual: a computed name of torch"),
        ("import torch\ntorch.__dict__['x']", "unusual: torch.__dict__"),
    ],
)
def test_what_is_hidden_behind_another_name_or_a_magic_is_named(source, flag):
    assert flags(source) == (flag,)


def test_flags_of_a_kind_do_not_push_out_the_others_and_are_counted():
    found = flags(*[f"open('secret-{i}')" for i in range(300)], "import ctypes")
    assert found[:MOST_OF_A_KIND] == tuple(f"reads a file: 'secret-{i}'" for i in range(MOST_OF_A_KIND))
    assert found[MOST_OF_A_KIND:] == ("unusual import: ctypes", "and 290 more flags of reading the source")


@pytest.mark.parametrize(
    "source",
    [
        "\n".join(f"open('secret-{i}')" for i in range(1900)),
        "\n".join(f"import os{i}; os{i}.x = 1" for i in range(1700)),
        "\n".join(f"import tests.a{i}" for i in range(2500)),
        "\n".join(f"def f{i}(x): x.backward()" for i in range(1700)),
        "(",
    ],
    ids=["files", "changes", "imports", "autograd", "unread"],
)
def test_the_number_of_flags_and_the_time_for_them_are_bounded(source):
    began = time.thread_time()
    found = flags(*[source.replace("f", f"f{n}").replace("sec", f"s{n}") for n in range(100)])
    assert time.thread_time() - began < SECONDS + 2
    assert len(found) <= MOST_FLAGS + 2
    assert all(len(flag) < 200 for flag in found)
    assert any(flag.startswith("and ") or flag == TOO_LONG for flag in found)


def test_an_incomplete_cell_of_the_template_is_no_flag():
    cells = [nbformat.v4.new_code_cell(source) for source in ("def f(:", "def g(:")]
    assert static(nbformat.v4.new_notebook(cells=cells), KNOWN, lambda source: source == "def f(:") == (
        "code cell 2 could not be read: invalid syntax (line 1)",
    )


def test_what_is_not_looked_at_in_time_is_said(monkeypatch):
    monkeypatch.setattr("autograder.grading.flags.SECONDS", 0.0)
    assert flags("import ctypes") == ("code cell 1 could not be read: took too long to be read",)


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
