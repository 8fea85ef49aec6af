"""What commands print: aligned tables and times for people, JSON for programs."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from causerie.i18n.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


def print_json(**about: Any) -> None:
    """One object on one line, at once: whoever reads the other end of a pipe need not wait."""
    import msgspec

    sys.stdout.write(msgspec.json.encode({name: plain(value) for name, value in about.items()}).decode() + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """A struct as an object with every field, also those that have their default."""
    fields: tuple[str, ...] | None = getattr(value, "__struct_fields__", None)
    if fields is not None:
        return {name: plain(getattr(value, name)) for name in fields}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; the last one is not filled up."""
    lines = [header, *(tuple(printable(cell) for cell in row) for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def moment(milliseconds: int) -> str:
    """A time as the reader's clock has it; a dash for none."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(milliseconds / 1000)) if milliseconds else "-"


def size(number: int) -> str:
    """Bytes, in MiB."""
    return f"{number / 1048576:.1f} MiB"


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(each) else 1 + (east_asian_width(each) in "WF") for each in text)
