"""The lab's data however a notebook fetches it, and what comes of an address that is not the lab's."""

from __future__ import annotations

import pytest

from autograder.kernel.guest.addresses import Files, plain_address
from autograder.kernel.guest.commands import run
from autograder.model import Ending, Status

RAW = "https://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv"


@pytest.mark.parametrize(
    "other",
    [
        "http://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv",
        "https://raw.githubusercontent.com/jbrownlee/Datasets/refs/heads/master/pollution.csv",
        "https://raw.githubusercontent.com:443//JBrownlee/datasets/master//pollution.csv/#top",
        "https://github.com/jbrownlee/Datasets/raw/master/pollution.csv",
        "https://github.com/jbrownlee/Datasets/raw/refs/heads/master/pollution.csv?download=",
        "http://www.github.com/jbrownlee/Datasets/blob/master/pollution.csv?raw=true",
        "https://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv?raw=true",
        "https://cdn.jsdelivr.net/gh/jbrownlee/Datasets@master/pollution.csv",
        " HTTPS://RAW.githubusercontent.com/jbrownlee/Datasets/master/pollution%2Ecsv\n",
    ],
)
def test_spellings_of_a_file_on_github_are_one_address(other: str) -> None:
    assert plain_address(other) == plain_address(RAW)


@pytest.mark.parametrize(
    "other",
    [
        "https://github.com/jbrownlee/Datasets/blob/master/pollution.csv",  # a page about the file
        "https://raw.githubusercontent.com/jbrownlee/Datasets/master/Pollution.csv",
        "https://raw.githubusercontent.com/jbrownlee/Datasets/other/pollution.csv",
        "https://raw.githubusercontent.com/somebody/Datasets/master/pollution.csv",
        "https://raw.githubusercontent.com.example.org/jbrownlee/Datasets/master/pollution.csv",
        "https://github.com/jbrownlee/Datasets/master/pollution.csv",
        "ftp://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv",
        "https://[raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv",
        "https://raw.githubusercontent.com:99999/jbrownlee/Datasets/master/pollution.csv",
        "",
    ],
)
def test_other_addresses_stay_others(other: str) -> None:
    assert plain_address(other) != plain_address(RAW)


def test_elsewhere_the_query_and_the_port_belong_to_the_address() -> None:
    files = Files({"https://example.org/data?id=3": b"three"})
    assert files.get("http://www.example.org:80//data/?id=3#x") == b"three"
    assert "https://example.org/data?id=4" not in files
    assert "https://example.org:8080/data?id=3" not in files


COMMANDS = [
    ("wget URL", "words.txt"),
    ("wget -q --no-check-certificate URL", "words.txt"),
    ("wget -O mine.txt URL", "mine.txt"),
    ("wget -qO mine.txt 'URL'", "mine.txt"),
    ("wget -nc -c -t 3 --tries 5 URL --output-document=mine.txt", "mine.txt"),
    ("wget --header 'Accept: */*' -P data/new URL", "data/new/words.txt"),
    ("mkdir -p data && cd data && wget URL", "data/words.txt"),
    ("curl -O URL", "words.txt"),
    ("curl -sSLO URL", "words.txt"),
    ("curl -L -k URL -o mine.txt", "mine.txt"),
    ("curl -Lo mine.txt --retry 3 URL", "mine.txt"),
    ("curl URL > mine.txt 2>/dev/null", "mine.txt"),
    ("wget -qO- URL >mine.txt", "mine.txt"),
    ('set -e\nFROM="URL"\n/usr/bin/wget \\\n  -O mine.txt "$FROM"', "mine.txt"),
    ("export FROM=URL; sudo curl ${FROM} --output mine.txt || exit 1", "mine.txt"),
    ("wget http://example.org/words.txt/", "words.txt"),
    ("wget example.org/words.txt", "words.txt"),
]


@pytest.mark.parametrize(("command", "file"), COMMANDS)
def test_a_command_that_downloads_writes_the_file(command, file, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused: list[str] = []
    files = Files({"https://example.org/words.txt": b"one two"})
    printed, _ = run(command.replace("URL", "https://example.org/words.txt"), files, refused.append)
    assert (printed, refused) == ("", [])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / file]
    assert (tmp_path / file).read_bytes() == b"one two"


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("git clone https://github.com/jbrownlee/Datasets", "Datasets/pollution.csv"),
        (
            "git clone --depth=1 --branch master https://github.com/JBrownlee/Datasets.git/",
            "Datasets/pollution.csv",
        ),
        ("cd data && git clone https://github.com/jbrownlee/Datasets.git mine", "data/mine/pollution.csv"),
    ],
)
def test_a_clone_has_the_lab_s_file(command, file, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = Files({RAW: b"one two", "https://example.org/words.txt": b"three"})
    assert run(command, files, pytest.fail) == ("", False)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / file]
    assert run("git clone https://github.com/jbrownlee/Other", files, pytest.fail) == ("", True)


def test_without_a_file_curl_prints_and_others_are_told(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused: list[str] = []
    files = Files({"https://example.org/words.txt": b"one two"})
    assert run("curl -s https://example.org/words.txt", files, refused.append) == ("one two", False)
    assert run("wget https://example.org/else; ls", files, refused.append) == ("", True)
    assert run("pip install 'wget", files, refused.append) == ("", True)
    assert refused == ["https://example.org/else"]
    assert [*tmp_path.iterdir()] == []


URL = "https://example.org/words.txt"
COUNTS = "import collections\ncounts = dict(collections.Counter(text.split()))"
LIBRARIES = [
    "import ssl, urllib.request as r\n"
    "text = r.urlopen(url, context=ssl._create_unverified_context()).read().decode()",
    "import ssl, urllib.request as r\nssl._create_default_https_context = ssl._create_unverified_context\n"
    "text = r.urlopen(url, timeout=9).read().decode()",
    "import ssl, urllib.request as r\n"
    "opener = r.build_opener(r.HTTPSHandler(context=ssl.create_default_context()), r.HTTPCookieProcessor())\n"
    "opener.addheaders = [('User-Agent', 'Mozilla/5.0')]\n"
    "text = opener.open(url).read().decode()",
    "import urllib.request as r\n"
    "r.install_opener(r.build_opener(r.ProxyHandler({'https': 'http://proxy:3128'})))\n"
    "text = r.urlopen(url).read().decode()",
    "import urllib.request as r\n"
    "name, headers = r.urlretrieve(url.replace('https', 'http'))\n"
    "assert int(headers['Content-Length']) == len(text := open(name).read())",
    "import requests\nsession = requests.Session()\n"
    "with session.get(url, stream=True, verify=False, timeout=3) as answer:\n"
    "    answer.raise_for_status()\n"
    "    assert int(answer.headers['content-length']) > 0\n"
    "    text = b''.join(answer.iter_content(5)).decode()",
    "import requests\nfrom urllib3.util.retry import Retry\nsession = requests.Session()\n"
    "session.mount('https://', requests.adapters.HTTPAdapter(max_retries=Retry(3)))\n"
    "text = session.get(url).text; assert session.head(url).ok and session.get(url).text == text",
    "import urllib3\ntext = urllib3.PoolManager().request('GET', url).data.decode()",
    "import http.client\nconnection = http.client.HTTPSConnection('example.org')\n"
    "connection.request('GET', '/words.txt')\ntext = connection.getresponse().read().decode()",
    "import torch\ntorch.hub.download_url_to_file(url, 'mine.txt')\ntext = open('mine.txt').read()",
    "import pandas as pd\ntext = ' '.join(pd.read_csv(url, sep=' ', header=None).iloc[0])",
    "import numpy as np\ntext = ' '.join(np.genfromtxt(url, dtype=str))",
    "target = 'mine.txt'\n!wget -q -O {target} $url\ntext = open(target).read()",
    "lines = !curl -sL {url}\ntext = lines.n",
    "import os\nassert os.system(f'wget -q {url} -O system.txt') == 0\ntext = open('system.txt').read()\n"
    "assert os.system('ls') != 0 and os.system(f'wget {url}; ls') != 0",
]


def test_libraries_and_commands_fetch_the_lab_s_file(grade_cells) -> None:
    grade = grade_cells(
        f"url = '{URL}'",
        *(f"text = None\n{how}\nassert text.split()[:2] == ['one', 'two'], text" for how in LIBRARIES),
        f"%%bash\nFROM={URL}\ncurl -L $FROM -o bash.txt",
        f"text = open('bash.txt').read()\n{COUNTS}",
    )
    assert [one.error for one in grade.cells] == [""] * len(grade.cells)
    assert not any(one.refused_address for one in grade.cells)
    assert not any("not the lab's data" in flag for flag in grade.flags)


def test_a_refused_address_is_told_and_flagged(grade_cells) -> None:
    grade = grade_cells(
        "import urllib.request; urllib.request.urlopen('https://example.org/else')",
        "import requests; requests.get('https://example.org/other?x=1')",
        "!wget https://example.org/third",
        "try:\n    urllib.request.urlopen('https://example.org/fourth')\nexcept OSError: pass",
        "print('nothing')",
    )
    assert grade.status is Status.GRADED
    assert [one.refused_address for one in grade.cells] == [
        "https://example.org/else", "https://example.org/other?x=1", "https://example.org/third",
        "https://example.org/fourth", "",
    ]  # fmt: skip
    endings = [one.ending for one in grade.cells]
    assert endings == [Ending.RAISED, Ending.RAISED, *[Ending.FINISHED] * 3]
    assert all(
        "this address is not the lab's data" in one.error and URL in one.error for one in grade.cells[:2]
    )
    *told, more = [flag for flag in grade.flags if "not the lab's data" in flag]
    assert (
        told[0]
        == "code cell 1: this address is not the lab's data: https://example.org/else; the cell stopped there"
    )
    assert told[2] == "code cell 3: this address is not the lab's data: https://example.org/third"
    assert len(told) == 3
    assert more == "and 1 more with an address that is not the lab's data"


LIES = """
kernel = get_ipython().kernel
def tell(value):
    kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": ""},
                        kernel.get_parent("shell"), metadata={"refused_address": value})
for value in ([1], None, {"a": 1}, "x" * 100_000, "second"):
    tell(value)
"""


def test_a_process_that_lies_about_addresses_gets_a_short_remark(grade_cells) -> None:
    grade = grade_cells(LIES)
    assert grade.cells[0].refused_address == "x" * 300
    (told,) = [flag for flag in grade.flags if "not the lab's data" in flag]
    assert len(told) < 200
