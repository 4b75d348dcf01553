"""YAML as plain data, with the line of every key and item.

A course's configuration is written by hand, so its mistakes must be reported where they are. PyYAML
knows the lines while it composes and forgets them when it constructs; hence this module constructs
itself, from the few types that a configuration needs. Tags, anchors, aliases and dates are refused:
a configuration that means something else than it seems to say is worse than an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from autograder.errors import ConfigurationError

Place = tuple[str | int, ...]

_LONGEST_SHOWN = 80
_PREFIX = "tag:yaml.org,2002:"
# YAML 1.1 reads `1e-3` as text; whoever writes it means a number (YAML 1.2 agrees).
_SHORT_FLOAT = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+")


@dataclass(frozen=True)
class LocatedValue:
    """A YAML document: its ``value`` as plain data and the ``lines`` (from 1) of its parts."""

    path: Path
    value: Any
    lines: Mapping[Place, int] = field(repr=False)

    def line(self, place: Place) -> int:
        """The line of ``place``, or of the nearest enclosing part that the file really has."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]


def spell(place: Place) -> str:
    """``("questions", 3, "points")`` as ``questions[3].points``, counting list items from 0."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{_shown(part)}" for part in place)
    return text.removeprefix(".")


def _shown(text: str) -> str:
    """Text of the file within one line of a message."""
    short = _clipped(text)
    return short if short and short.isprintable() and short == short.strip() else repr(short)


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def read(path: Path) -> LocatedValue:
    """Reads a YAML file.

    Raises:
        ConfigurationError: the file is missing, not UTF-8, empty, not YAML, nested absurdly deep,
            or has duplicate keys, keys that are not text, tags, anchors, aliases or dates.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}:{line}: not UTF-8 text: save the file as UTF-8") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            raise ConfigurationError(f"{path}: the file is empty")
        lines: dict[Place, int] = {(): 1}
        value = _Construction(path, lines).construct(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + 1}" if mark else ""
        column = f" (column {mark.column + 1})" if mark else ""
        raise ConfigurationError(
            f"{path}{where}: not valid YAML: {error.problem or error.context}{column}"
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigurationError(
            f"{path}:{line}: not valid YAML: the character U+{error.character:04X} is not allowed"
        ) from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}: nested too deep") from error
    return LocatedValue(path, value, lines)


class _Construction:
    """Turns nodes into data and notes where each one began."""

    def __init__(self, path: Path, lines: dict[Place, int]) -> None:
        self.path = path
        self.lines = lines
        self.seen: set[int] = set()

    def construct(self, node: yaml.Node, place: Place) -> Any:
        # An alias is the same node object once more; it may even contain itself.
        if id(node) in self.seen:
            raise self._error(node, place, "anchors and aliases (&, *) are not supported: write it out")
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == _PREFIX + "map":
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode) and node.tag == _PREFIX + "seq":
            return [self._item(child, (*place, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        raise self._error(node, place, f"the tag {_shown(node.tag)} is not supported")

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != _PREFIX + "str":
                written = f" ({_shown(key_node.value)})" if isinstance(key_node, yaml.ScalarNode) else ""
                raise self._error(key_node, place, f"a key must be text{written}: put it in quotes")
            key: str = key_node.value
            here = (*place, key)
            if key in result:
                raise self._error(
                    key_node, here, f"given twice (first in line {self.lines[here]}): remove one of the two"
                )
            self.lines[here] = key_node.start_mark.line + 1
            result[key] = self.construct(value_node, here)
        return result

    def _item(self, node: yaml.Node, place: Place) -> Any:
        self.lines[place] = node.start_mark.line + 1
        return self.construct(node, place)

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        text: str = node.value
        kind = node.tag.removeprefix(_PREFIX)
        if kind == "str":
            return float(text) if node.style is None and _SHORT_FLOAT.fullmatch(text) else text
        if kind == "null":
            return None
        if kind == "bool" and text.lower() in _BOOLEANS:
            return _BOOLEANS[text.lower()]
        try:
            if kind == "int":
                return int(text, 0)
            if kind == "float":
                return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            # 010, 1:30 and the like are numbers in YAML 1.1 only, and never the ones that were meant.
            raise self._error(
                node, place, f"{_clipped(text)!r} is not a plain number: use digits, or quotes"
            ) from None
        if node.tag.startswith(_PREFIX) and kind in ("timestamp", "merge", "value"):
            raise self._error(
                node, place, f"{_clipped(text)!r} is read as a {kind} by YAML: put it in quotes"
            )
        raise self._error(node, place, f"the tag {_shown(node.tag)} is not supported")

    def _error(self, node: yaml.Node, place: Place, message: str) -> ConfigurationError:
        field_name = f" {spell(place)}:" if place else ""
        return ConfigurationError(f"{self.path}:{node.start_mark.line + 1}:{field_name} {message}")


_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
