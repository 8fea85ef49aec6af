"""Where JSON objects end, when nothing is between them; and how deep they are, before they are decoded.

The scan goes on where it stopped when more bytes come, so that an object sent byte by byte costs no more than one
that comes whole.
"""

from __future__ import annotations

import re
from itertools import count

from causerie.chat.errors import NotJson, TooDeep

_TOKENS = re.compile(rb'["{}\[\]]')
_STRING_END = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_BLANK = re.compile(rb"[ \t\r\n]*")

TOKENS_MOST = 2048
"""Brackets and strings that one call looks at: some 0.5 ms."""

Scan = tuple[int, int, bool]
"""Where a scan stopped: how far behind the object's start, the depth there, and whether that is inside a string."""


def find_end(buffer: bytes | bytearray, start: int, scan: Scan | None, most_depth: int) -> int | Scan:
    """The offset behind the object that begins at `start`, or where to go on once there is more; or right away, where
    more than a byte behind that is there already (`unfinished`).

    White space before it belongs to it. Raises NotJson when what is there can't begin an object, and TooDeep.
    """
    done, depth, in_string = scan or (0, 0, False)
    at = start + done
    if not depth:
        at = _BLANK.match(buffer, at).end()  # type: ignore[union-attr]
        if at == len(buffer):
            return at - start, 0, False
        if buffer[at] != 123:
            raise NotJson(why="an object begins with {", at=at - start)
    for looked_at in count():
        if looked_at >= TOKENS_MOST and len(buffer) - at > 1:
            return at - start, depth, in_string
        if in_string:
            ended = _STRING_END.match(buffer, at)
            if ended is None:
                # Go on before a backslash that may stand alone at the end, and never scan the same bytes twice.
                return len(buffer) - _trailing_backslashes(buffer, at) % 2 - start, depth, True
            at, in_string = ended.end(), False
        token = _TOKENS.search(buffer, at)
        if token is None:
            return len(buffer) - start, depth, False
        at = token.end()
        mark = buffer[token.start()]
        if mark == 34:
            in_string = True
        elif mark in (123, 91):
            depth += 1
            if depth > most_depth:
                raise TooDeep(most=most_depth)
        else:
            depth -= 1
            if depth == 0:
                return at
    raise AssertionError("it goes on until it returns")


def unfinished(buffer: bytes | bytearray, start: int, scan: Scan) -> bool:
    """Whether a scan stopped because it had looked at enough, and there is more to look at."""
    return len(buffer) - start - scan[0] > 1


def _trailing_backslashes(buffer: bytes | bytearray, start: int) -> int:
    tail = buffer[start:]
    return len(tail) - len(tail.rstrip(b"\\"))


def check_depth(frame: bytes | bytearray, most: int) -> None:
    """Raises TooDeep for a frame that is nested deeper; nearly every frame is told by a count alone.

    One that closes more than it opened is no JSON at all, and may be let pass.
    """
    if frame.count(b"{") + frame.count(b"[") <= most:
        return
    unescaped = frame.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside_strings = b"".join(unescaped.split(b'"')[::2])
    brackets = outside_strings.translate(_SQUARE, _NO_BRACKETS)
    if b"[" * (most + 1) in brackets:
        raise TooDeep(most=most)
    brackets += b"]" * (brackets.count(b"[") - brackets.count(b"]"))
    for _ in range(most):
        # What is innermost goes, so that each round takes one level.
        if not (brackets := brackets.replace(b"[]", b"")):
            return
    if b"[]" in brackets:
        raise TooDeep(most=most)
