"""What a browser sends of a form with files: streamed to disk, counted, under names that we make.

Nothing is held in memory but short fields. A file's own name is a claim of whoever made the file: it becomes
the last part of a path only after everything in it that could lead elsewhere is gone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from anyio.to_thread import run_sync
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from autograder.config.packed import MB
from autograder.uploads.names import printable

LONGEST_FIELD = 10_000
"""Bytes of one field that is no file."""

MOST_PARTS = 2_000
"""Fields and files of one form."""

_LONGEST_NAME = 200
"""Bytes of a file's name: file systems end at 255."""


@dataclass(frozen=True)
class ReceivedFile:
    """A file of a form.

    Attributes:
        field: of the form.
        path: where it lies; its last part is the file's own name, as far as that is harmless.
    """

    field: str
    path: Path


@dataclass
class Received:
    """A form that has arrived.

    Attributes:
        fields: texts by name; the last one where there are several.
        files: in their order; fields without a file are not among them.
    """

    fields: dict[str, str] = field(default_factory=dict)
    files: list[ReceivedFile] = field(default_factory=list)

    def paths(self, name: str) -> Sequence[Path]:
        """Where the files of a field lie."""
        return [one.path for one in self.files if one.field == name]


async def received(request: Request, folder: Path, most_mb: int) -> Received:
    """Take a form to disk.

    Args:
        folder: empty; gets a folder for each file. Whoever calls removes it, also when this fails.
        most_mb: MB of 2**20 bytes of everything together.

    Raises:
        HTTPException: it is too large, or no such form; or the disk is full.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise HTTPException(400, "The browser sent no form with files.")
    parts = _Parts(folder)
    parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]  # a dict of these names
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most_mb * MB:
                raise HTTPException(413, f"Too large: at most {most_mb} MB may be sent at once.")
            await run_sync(partial(parser.write, chunk))
        parser.finalize()
        if not parts.complete:
            raise HTTPException(400, "The form did not arrive whole.")
    except (FormParserError, ClientDisconnect):
        raise HTTPException(400, "The form did not arrive whole.") from None
    except OSError as reason:
        raise HTTPException(507, f"The files cannot be kept: {reason.strerror}.") from None
    finally:
        parts.close()
    return parts.form


class _Parts:
    """Takes the parts of a form as a parser finds them."""

    def __init__(self, folder: Path) -> None:
        self.form = Received()
        self.complete = False
        self._folder = folder
        self._count = 0
        self._name, self._value = bytearray(), bytearray()
        self._disposition = b""
        self._field = ""
        self._text: bytearray | None = None
        self._file: IO[bytes] | None = None

    def callbacks(self) -> dict[str, object]:
        """By the names that the parser has for them."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header(self._name, data[start:end]),
            "on_header_value": lambda data, start, end: self._header(self._value, data[start:end]),
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_end,
            "on_part_data": lambda data, start, end: self._data(data[start:end]),
            "on_part_end": self.close,
            "on_end": self._end,
        }

    def close(self) -> None:
        """End the part that is being taken."""
        if self._file is not None:
            self._file.close()
        if self._text is not None:
            self.form.fields[self._field] = self._text.decode("utf-8", "replace")
        self._file = self._text = None

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise HTTPException(413, f"Too many files: at most {MOST_PARTS} may be sent at once.")
        self._disposition = b""

    def _header(self, into: bytearray, data: bytes) -> None:
        into += data  # the parser bounds what a header may have

    def _header_ends(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            self._text = bytearray()
        elif options[b"filename"]:  # a field that was left empty has an empty name
            place = self._folder / str(self._count)
            place.mkdir()
            path = place / harmless(options[b"filename"].decode("utf-8", "replace"))
            self._file = path.open("xb")
            self.form.files.append(ReceivedFile(self._field, path))

    def _data(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)
        elif self._text is not None:
            self._text += data
            if len(self._text) > LONGEST_FIELD:
                raise HTTPException(413, "A field of the form is too long.")

    def _end(self) -> None:
        self.complete = True


def harmless(name: str) -> str:
    """A file's name as the last part of a path: no folder, not hidden, visible, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    last = printable(unicodedata.normalize("NFC", last[-4096:])).strip().lstrip(".~ ")
    stem, dot, suffix = last.rpartition(".")
    while len(last.encode()) > _LONGEST_NAME and stem:
        stem = stem[:-1]
        last = f"{stem}{dot}{suffix}"
    return last if last and len(last.encode()) <= _LONGEST_NAME else "file"
