"""Scripts and look-alikes of the characters that names can have (UTS 39), read from unicode_tables.json.

`tools/make_unicode_tables.py` writes that file, of one version of Unicode.
"""

from importlib import resources

import msgspec


class _Tables(msgspec.Struct, frozen=True):
    script_sets: tuple[str, ...]
    script_starts: tuple[int, ...]
    script_indexes: tuple[int, ...]
    look_alikes: dict[str, str]


_TABLES = msgspec.json.decode((resources.files("causerie.chat") / "unicode_tables.json").read_bytes(), type=_Tables)

SCRIPT_SETS = _TABLES.script_sets
"""Sets of scripts; "*" is every script, "" a character that no name can have."""

SCRIPT_STARTS = _TABLES.script_starts
"""The first code point of each range, ascending."""

SCRIPT_INDEXES = _TABLES.script_indexes
"""For each range, where its set is in SCRIPT_SETS."""

LOOK_ALIKES = str.maketrans(_TABLES.look_alikes)
"""What stands for a character in a skeleton: a table for str.translate."""
