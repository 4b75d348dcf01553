"""What the build is told of pip's settings on this machine, and which of them set-up keeps; needs no engine."""

from __future__ import annotations

import configparser
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "docker"))
import build
from pip_settings import build_arguments, pip_settings, set_up_environment

NEEDED = {
    "index-url": "https://index.example/simple",
    "extra-index-url": "https://more.example/simple https://third.example/simple",
    "proxy": "http://user:p%40ss@proxy.example:3128",
    "trusted-host": "index.example more.example",
    "timeout": "77",
    "retries": "9",
}
"""As it has to arrive in the build; ``cert`` and ``client-cert`` are files and are looked at by themselves."""

STOPS_PIP = {"config-settings", "help", "isolated", "python", "version", "no-use-pep517"}
"""Options that answer something else, that pip refuses as a setting, or that make it read no other."""

CHOICES = {
    "exists-action": "i", "keyring-provider": "disabled", "progress-bar": "off", "root-user-action": "ignore",
    "upgrade-strategy": "eager", "use-deprecated": "legacy-resolver", "use-feature": "fast-deps",
    "cert": "", "client-cert": "",
}  # fmt: skip
"""Options that take certain values; pip passes over an empty one."""


NUMBERS = {"quiet": "3", "resume-retries": "3"}
"""Options that take numbers; a pip that does not know one passes over it."""

SINGLE = pytest.mark.single
"""Of a setting's value or place: another one of the same test runs always."""


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine that runs the tests, and nothing of pip's in the checkout (``log``, ``cache-dir``)."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("PIP_") or name.upper().endswith(("_PROXY", "_CA_BUNDLE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


@cache
def options_of_pip() -> dict[str, str]:
    """Every long option of ``pip install`` and a value that pip takes for it in a configuration."""
    text = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--help"], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r"^  (?:-\w, )?(?:--[a-z]+, )?--([a-z][a-z0-9-]+)( <\w+>)?", text, re.M)
    assert len(found) > 50
    values = {name: "nothing" if argument else "true" for name, argument in found if name not in STOPS_PIP}
    return values | CHOICES | NUMBERS


def told(folder: Path, arguments: list[str]) -> dict[str, str]:
    """The pip.conf that goes into the build."""
    assert f"id=pip,src={folder / 'pip.conf'}" in arguments
    written = configparser.RawConfigParser()
    written.read(folder / "pip.conf")
    assert written.sections() == ["global"]
    return dict(written["global"])


def configured(file: Path, sections: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    written = configparser.RawConfigParser()
    written.read_dict(sections)
    with file.open("w") as opened:
        written.write(opened)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))


def reached(folder: Path) -> dict[str, str]:
    """What the build is told by the settings of now; a machine that tests may have certificates in ``/etc``."""
    found = told(folder, build_arguments(pip_settings(), folder))
    return {name: value for name, value in found.items() if name != "cert"}


@pytest.mark.parametrize("section", ["install", pytest.param("global", marks=SINGLE)])
def test_of_a_file_with_every_setting_the_build_is_told_how_to_reach_the_index(
    tmp_path, monkeypatch, section
):
    other = {"download": {"index-url": "https://no.example"}}
    configured(tmp_path / "every.conf", {section: options_of_pip() | NEEDED} | other, monkeypatch)
    assert reached(tmp_path) == NEEDED


def test_of_an_environment_with_every_setting_the_build_is_told_how_to_reach_the_index(tmp_path, monkeypatch):
    for name, value in (options_of_pip() | NEEDED).items():
        monkeypatch.setenv(f"PIP_{name.upper().replace('-', '_')}", value)
    assert reached(tmp_path) == NEEDED


@pytest.mark.parametrize("name", ["user", *(pytest.param(one, marks=SINGLE) for one in ("site", "global"))])
def test_settings_of_one_kind_of_file_do_not_hide_the_others(monkeypatch, tmp_path, name):
    configured(
        tmp_path / "pip.conf", {"global": {name: "true", "index-url": "https://one.example"}}, monkeypatch
    )
    assert pip_settings()["index-url"] == "https://one.example"


@pytest.mark.parametrize(
    "loudness",
    [
        {"quiet": "3"},
        {"verbose": "3"},
        *(pytest.param(one, marks=SINGLE) for one in ({"quiet": "1"}, {"no-color": "true"}, {})),
    ],
)
def test_settings_are_found_however_loud_pip_is(monkeypatch, tmp_path, loudness):
    configured(
        tmp_path / "pip.conf", {"global": {**loudness, "index-url": "https://one.example"}}, monkeypatch
    )
    assert pip_settings()["index-url"] == "https://one.example"


def test_the_environment_wins_over_a_command_and_that_over_all_commands(monkeypatch, tmp_path):
    sections = {
        "global": {"default-timeout": "1", "retries": "1", "pypi-url": "https://one.example"},
        "install": {"timeout": "2", "retries": "2"},
    }
    configured(tmp_path / "pip.conf", sections, monkeypatch)
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "3")
    found = pip_settings()
    assert found["timeout"] == "3"
    assert found["retries"] == "2"
    assert found["index-url"] == "https://one.example"


def test_several_lines_of_addresses_become_one(monkeypatch, tmp_path):
    (tmp_path / "pip.conf").write_text(
        "[global]\nextra-index-url =\n    https://one.example\n    file:///opt/wheels/simple\n    https://two.example\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    folder = tmp_path / "build"
    folder.mkdir()
    assert reached(folder)["extra-index-url"] == "https://one.example https://two.example"


def test_an_index_that_is_a_folder_of_this_machine_does_not_go_in(tmp_path):
    assert told(tmp_path, build_arguments({"index-url": "file:///opt/index"}, tmp_path)) == {}


def test_certificates_go_in_as_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ca.pem").write_text("certificate")
    (tmp_path / "client.pem").write_text("key")
    settings = {"cert": "~/ca.pem", "client-cert": str(tmp_path / "client.pem")}
    arguments = build_arguments(settings, tmp_path)
    assert f"id=cert,src={tmp_path / 'ca.pem'}" in arguments
    assert f"id=client-cert,src={tmp_path / 'client.pem'}" in arguments
    assert told(tmp_path, arguments) == {
        "cert": "/run/secrets/cert", "client-cert": "/run/secrets/client-cert"
    }  # fmt: skip
    mounted = re.findall(r"type=secret,id=([\w-]+)", (ROOT / "Dockerfile").read_text())
    assert {"pip", "cert", "client-cert"} <= set(mounted)


@pytest.mark.parametrize("name", ["cert", "client-cert"])
def test_a_certificate_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(SystemExit, match=f"`{name}` names .*nowhere.pem.*No such file"):
        build_arguments({name: str(tmp_path / "nowhere.pem")}, tmp_path)


def test_certificates_and_proxies_of_the_environment_count_where_pip_is_told_nothing(tmp_path, monkeypatch):
    (tmp_path / "ca.pem").write_text("certificate")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("https_proxy", "http://secret@proxy.example")
    arguments = build_arguments(pip_settings(), tmp_path)
    assert f"id=cert,src={tmp_path / 'ca.pem'}" in arguments
    assert arguments[-2:] == [
        "--build-arg",
        "https_proxy",
    ]  # the name alone: a command line is for all to see
    monkeypatch.setenv("PIP_CERT", "/pip/knows.pem")
    assert pip_settings()["cert"] == "/pip/knows.pem"


def test_what_pip_itself_refuses_is_said_in_its_words(monkeypatch):
    monkeypatch.setenv("PIP_TIMEOUT", "soon")
    with pytest.raises(SystemExit, match=r"(?s)cannot read its settings.*timeout"):
        pip_settings()


def test_locked_wheels_are_found_wherever_find_links_leads(tmp_path, monkeypatch):
    (tmp_path / "of this machine").mkdir()
    older, wheel = (tmp_path / "of this machine" / f"thing-{n}-py3-none-any.whl" for n in (1, 2))
    older.write_bytes(b"older")
    wheel.write_bytes(b"the one")
    lock = tmp_path / "lock.txt"
    lock.write_text(f"thing==2 --hash=sha256:{hashlib.sha256(b'the one').hexdigest()}\n")
    monkeypatch.setattr(build, "lock_file", lambda: lock)
    monkeypatch.setenv("HOME", str(tmp_path))
    for place in (wheel.parent.as_uri(), str(wheel.parent), str(wheel), "~/of this machine"):
        assert list(build.locked_wheels(["https://links.example/", "/nowhere", place])) == [wheel]


ELSEWHERE = {
    "user": "true", "target": "{0}/target", "prefix": "{0}/prefix", "root": "{0}/root", "no-deps": "true",
    "dry-run": "true", "no-binary": ":all:", "require-hashes": "true", "require-virtualenv": "true",
    "no-build-isolation": "true", "quiet": "3", "platform": "win32",
}  # fmt: skip


@pytest.mark.parametrize("by", ["file", pytest.param("environment", marks=SINGLE)])
def test_set_up_installs_into_its_own_environment_whatever_pip_is_told(tmp_path, monkeypatch, by):
    settings = {name: value.format(tmp_path) for name, value in ELSEWHERE.items()}
    if by == "file":
        configured(tmp_path / "pip.conf", {"global": settings}, monkeypatch)
    else:
        for name, value in settings.items():
            monkeypatch.setenv(f"PIP_{name.upper().replace('-', '_')}", value)
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin" / "python"
    wheel = tmp_path / "thing-1-py3-none-any.whl"
    write_wheel(wheel)
    set_up = [sys.executable, ROOT / "docker" / "pip_settings.py", "--python", python]
    subprocess.run([*set_up, "install", "--no-index", wheel], check=True)
    said = subprocess.run(
        [python, "-c", "import thing; print(thing.__file__)"], capture_output=True, text=True, check=True
    )
    assert Path(said.stdout.strip()).is_relative_to(venv)


def write_wheel(path: Path) -> None:
    """A package of one empty module."""
    about = "thing-1.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("thing.py", "")
        file.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1\n")
        file.writestr(
            f"{about}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        file.writestr(
            f"{about}/RECORD", f"thing.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
        )


def test_set_up_keeps_where_packages_are_and_which_a_site_allows(monkeypatch):
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    kept = set_up_environment(
        {"find-links": "/wheels", "constraint": "/site.txt", "target": "/elsewhere", "timeout": "9"}
    )
    assert {name: value for name, value in kept.items() if name.startswith("PIP_")} == {
        "PIP_FIND_LINKS": "/wheels", "PIP_CONSTRAINT": "/site.txt", "PIP_TIMEOUT": "9", "PIP_CONFIG_FILE": os.devnull,
    }  # fmt: skip
