"""Translation (`_`, `ngettext`), and text of others made safe to print (`printable`).

The language is the first one set of LC_ALL, LC_MESSAGES and LANG (POSIX.1-2017, Base Definitions, 8.2).
English is what the sources say, so it needs no catalog and costs no import; a language without a catalog is
shown in English. Catalogs are `locales/LANGUAGE/LC_MESSAGES/causerie.mo`, made by `tools/make_locales.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from gettext import NullTranslations

T = TypeVar("T")

# A fixed list rather than a look at the disk: what the environment says never becomes part of a path.
LANGUAGES = frozenset({"fr"})
"""Languages that have a catalog. English is always there and has none."""

_JOINERS = "\u200c\u200d"
"""Invisible, but scripts and emoji are written with them."""


def language() -> str:
    """The two-letter language to speak: one of LANGUAGES, or "en"."""
    environ = os.environ
    wanted = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    code = re.split(r"[_.@-]", wanted, maxsplit=1)[0].lower()
    return code if code in LANGUAGES else "en"


def _(message: str) -> str:
    """`message` in the reader's language, or as it is where there is no translation."""
    code = language()
    return message if code == "en" else _catalog(code).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """`one` or `many` in the reader's language, by that language's own rule for `count` things."""
    code = language()
    if code == "en":
        return one if count == 1 else many
    return _catalog(code).ngettext(one, many, count)


def once_per_language(make: Callable[[], T]) -> Callable[[], T]:
    """For a function that makes a table of translated texts: made at the first call in each language, then kept."""
    made: dict[str, T] = {}

    @wraps(make)
    def table() -> T:
        code = language()
        if code not in made:
            made[code] = make()
        return made[code]

    return table


def printable(text: str) -> str:
    """Somebody else's text for a terminal, or within a line: control characters, which could command the one or end the
    other, become U+FFFD."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in _JOINERS else "\ufffd" for each in text)


@cache
def _catalog(code: str) -> NullTranslations:
    import gettext

    # fallback: a catalog that is missing from an installation means English, never a traceback.
    folder = os.path.join(os.path.dirname(__file__), "locales")
    return gettext.translation("causerie", folder, languages=[code], fallback=True)
