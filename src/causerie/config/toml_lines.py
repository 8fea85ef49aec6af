"""On which line of a TOML document each key stands: what `tomllib` does not tell.

TOML 1.0.0, https://toml.io/en/v1.0.0. The document must be one that `tomllib` has accepted: this only finds
its way through it, and checks nothing.
"""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]
"""The way to a value: keys, and for a table in an array of tables its index from 0."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*')[ \t]*""")
# A value's pieces. Strings come first, the three-quoted ones before the others: what looks like a key, a
# bracket or a comment inside them is none. A three-quoted string may end in two quotes of its own: its end
# takes up to five.
_PIECE = re.compile(
    r'''
      """ [^"\\]* (?: (?: \\. | "{1,2}(?!") ) [^"\\]* )* "{3,5}
    | \'\'\' [^']* (?: '{1,2}(?!') [^']* )* '{3,5}
    | " (?: \\. | [^"\\] )* "
    | ' [^']* '
    | \# [^\n]*
    | (?P<open> [\[{] )
    | (?P<close> [\]}] )
    | (?P<end> \n )
    | [^"'\#\[\]{}\n]+
    ''',
    re.VERBOSE | re.DOTALL,
)


def key_lines(document: str) -> dict[Path, int]:
    """The line, from 1, of each section header and key of `document`, which is valid TOML.

    A section that is only implied stands where it is first implied. Keys within an inline table are not told
    apart: `line_of` gives the line of the key that the table belongs to.
    """
    lines: dict[Path, int] = {}
    arrays: dict[Path, int] = {}
    section: Path = ()
    line, counted = 1, 0
    at = _after(_BLANK, document, 0)
    while at < len(document):
        line += document.count("\n", counted, at)
        counted = at
        brackets = 2 if document.startswith("[[", at) else 1 if document[at] == "[" else 0
        keys, at = _keys(document, at + brackets)
        if brackets:
            section = _section(keys, arrays, another=brackets == 2)
            _note(lines, section, line)
            at += brackets
        else:
            _note(lines, section + tuple(keys), line)
            at = _value_end(document, at + 1)
        at = _after(_BLANK, document, at)
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest thing around it that has one; 0 where nothing has."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


def _note(lines: dict[Path, int], path: Path, line: int) -> None:
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], line)


def _section(keys: list[str], arrays: dict[Path, int], *, another: bool) -> Path:
    """The path that a header names: through an array of tables it leads into the latest of them."""
    path: Path = ()
    for place, key in enumerate(keys):
        path = (*path, key)
        if another and place == len(keys) - 1:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path = (*path, arrays[path])
    return path


def _keys(document: str, at: int) -> tuple[list[str], int]:
    """The parts of the dotted key at `at`, and where it ends."""
    keys: list[str] = []
    while part := _KEY_PART.match(document, at):
        text = part[1]
        keys.append(next(iter(tomllib.loads(f"{text}=0"))) if text[0] in "\"'" else text)
        at = part.end()
        if not document.startswith(".", at):
            break
        at += 1
    return keys, at


def _value_end(document: str, at: int) -> int:
    depth = 0
    while piece := _PIECE.match(document, at):
        at = piece.end()
        depth += (piece["open"] is not None) - (piece["close"] is not None)
        if piece["end"] is not None and depth == 0:
            break
    return at


def _after(pattern: re.Pattern[str], document: str, at: int) -> int:
    found = pattern.match(document, at)
    return found.end() if found else at
