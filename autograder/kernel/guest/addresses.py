"""Spellings of one web address: which of them name the same file.

Runs inside the student's process, on addresses that the student wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

_GITHUB = re.compile(
    r"/(?P<owner>[^/]+)/(?P<repository>[^/]+)/(?P<way>raw|blob)/(?:refs/heads/)?(?P<rest>.+)"
)
_GITHUB_RAW = re.compile(r"/(?P<owner>[^/]+)/(?P<repository>[^/]+)/(?:refs/heads/)?(?P<rest>.+)")
_JSDELIVR = re.compile(r"/gh/(?P<owner>[^/]+)/(?P<repository>[^/@]+)@(?P<rest>.+)")


class Files(Mapping[str, bytes]):
    """Files by address, found under every spelling of it."""

    def __init__(self, by_url: Mapping[str, bytes]) -> None:
        self.urls = tuple(by_url)
        self._files = {plain_address(url): data for url, data in by_url.items()}

    def __getitem__(self, url: str) -> bytes:
        return self._files[plain_address(url)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.urls)

    def __len__(self) -> int:
        return len(self.urls)

    def of_repository(self, url: str) -> dict[str, bytes]:
        """The files by their path in a repository on GitHub; nothing where the address is of another one."""
        place = plain_address(url.removesuffix("/").removesuffix(".git")).removeprefix("https://github.com/")
        parts = {address: address.split("/", 6) for address in self._files}
        return {
            part[6]: self._files[address]
            for address, part in parts.items()
            if part[2] == "raw.githubusercontent.com" and "/".join(part[3:5]) == place.lower()
        }


def plain_address(url: str) -> str:
    """The one spelling to which all those of the same file are reduced.

    ``http`` is ``https``, ``www.``, the usual port, repeated and last slashes and the fragment do not matter.
    A file on GitHub is the same by its raw address, by ``github.com/…/raw/…``, by ``…/blob/…?raw=true``, by
    jsDelivr, and with ``refs/heads/`` before the branch; a page about it (``…/blob/…`` alone) is another one.
    An address that cannot be read stays as it is.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url
    if parts.scheme.lower() not in ("http", "https") or not host:
        return url
    host = host.removeprefix("www.")
    path = re.sub(r"/{2,}", "/", unquote(parts.path)).rstrip("/") or "/"
    if github := _on_github(host, path, parts.query):
        return github
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    return f"https://{place}{path}" + (f"?{parts.query}" if parts.query else "")


def _on_github(host: str, path: str, query: str) -> str:
    """A file of a repository in one spelling; empty where the address is none."""
    found = None
    if host == "github.com":
        found = _GITHUB.fullmatch(path)
        if found and found["way"] == "blob" and not re.search(r"(^|&)raw=(true|1)(&|$)", query.lower()):
            return ""
    elif host in ("raw.githubusercontent.com", "raw.github.com"):
        found = _GITHUB_RAW.fullmatch(path)
    elif host == "cdn.jsdelivr.net":
        found = _JSDELIVR.fullmatch(path)
    if not found:
        return ""
    # GitHub does not tell owners and repositories apart by case; branches and files it does.
    owner, repository = found["owner"].lower(), found["repository"].lower().removesuffix(".git")
    return f"https://raw.githubusercontent.com/{owner}/{repository}/{found['rest']}"
