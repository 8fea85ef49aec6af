"""Finds the line of a key in a TOML document, which `tomllib` does not tell."""

from __future__ import annotations

import re
import tomllib
from typing import Any

Path = tuple[str | int, ...]
"""The way to a value: keys, and for a table in an array of tables its index from 0."""

_MAY_BEGIN = re.compile(r"""[ \t]*(\[|[\w"'-].*=)""", re.ASCII)
"""What each line matches that begins with a header or a key, and some lines within a value."""


def line_of(document: str, path: Path) -> int:
    """The line, from 1, of the header or key of `path`, or of the nearest thing around it that has one; 0 where nothing
    has. `document` is valid TOML.

    A section that is only implied stands where it is first implied, a key of an inline table where the table does. The
    line is the last one before which the document, cut off there, is valid and does not have `path`: cut off within a
    value it is not valid.
    """
    content = tomllib.loads(document)
    while path and not _has(content, path):
        path = path[:-1]
    if not path:
        return 0
    lines = document.split("\n")
    begins = [number for number, line in enumerate(lines) if _MAY_BEGIN.match(line)]
    low, high = 0, len(begins)
    while high - low > 1:
        at = middle = (low + high) // 2
        while at < high and (before := _parsed(lines[: begins[at]])) is None:
            at += 1
        if at == high or _has(before, path):
            high = middle
        else:
            low = at
    return begins[low] + 1


def _parsed(lines: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads("".join(f"{line}\n" for line in lines))
    except tomllib.TOMLDecodeError:
        return None


def _has(value: Any, path: Path) -> bool:
    for key in path:
        if isinstance(key, int):
            if not isinstance(value, list) or key >= len(value):
                return False
        elif not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
