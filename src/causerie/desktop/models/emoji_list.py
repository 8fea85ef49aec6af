"""All emoji by their names and keywords in English and French, in Unicode's order; the list of chat/emoji.txt.

`emoji_names.tsv` is what `tools/make_emoji_names.py` makes of Unicode's CLDR. No Tk.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from causerie.i18n.text import _, language

QUICK = ("👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀", "✅", "🔥", "💯", "🤔")
"""Offered first to who has used none yet."""

RECENT = 18
"""So many that one used are offered first."""

_TONES = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True, slots=True)
class Emoji:
    """One. `name` in the reader's language; `code`: what stands between two colons for it; `words`: all that finds it,
    folded, each behind a space; `tones`: in so many skin tones it is."""

    text: str
    name: str
    code: str
    words: str
    tones: int = 0


def found(typed: str, recent: Iterable[str] = ()) -> list[Emoji]:
    """Those that all words of `typed` find, the likeliest first. Nothing typed: all, `recent` ones first."""
    known, recent = by_text(), list(dict.fromkeys((*recent, *QUICK)))[:RECENT]
    words = folded(typed.strip().strip(":")).split()
    if not words:
        first = [known[text] for text in recent if text in known]
        return [*first, *(one for one in everything() if one.text not in recent)]
    wanted = " ".join(words)
    hits = [one for one in everything() if all(word in one.words for word in words)]
    ranks = {text: place for place, text in enumerate(recent)}
    return sorted(hits, key=lambda one: (_rank(one, wanted), one.tones, ranks.get(one.text, RECENT)))


def completing(typed: str, most: int) -> list[Emoji]:
    """For what stands behind a colon: those whose short name or name begins so, then those that a word finds."""
    wanted = typed.replace("_", " ")
    return [one for one in found(wanted) if not one.tones or wanted.count(" ")][:most]


def used(recent: Iterable[str], text: str) -> tuple[str, ...]:
    """The emoji used last, with this one first."""
    return tuple(dict.fromkeys((text, *recent)))[:RECENT]


def by_text() -> dict[str, Emoji]:
    """All, by what is sent."""
    return _by_text(language())


def everything() -> tuple[Emoji, ...]:
    """All, in their order; those in a skin tone after all others."""
    return tuple(by_text().values())


@lru_cache(maxsize=4000)
def folded(text: str) -> str:
    """As it is compared: without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'"))
    return "".join(char for char in plain if not unicodedata.combining(char))


@cache
def _by_text(spoken: str) -> dict[str, Emoji]:
    lines = (resources.files("causerie.desktop.models") / "emoji_names.tsv").read_text(encoding="utf-8").splitlines()
    plain: dict[str, Emoji] = {}
    toned: dict[str, Emoji] = {}
    tones = _tone_names()
    for line in lines:
        if "\t" not in line:
            continue  # the licence
        text, en, fr, short, words, skins = line.split("\t")
        name = fr if spoken == "fr" else en
        code = short.split(" ")[0] or en.casefold().replace(" ", "_")
        plain[text] = Emoji(text, name, code, f" {words}")
        for skin in skins.split():
            of_it = [tones[ord(char)] for char in skin if ord(char) in _TONES]
            about = ", ".join(dict.fromkeys(of_it))
            toned[skin] = Emoji(skin, f"{name} ({about})", code, f" {words} {folded(about)}", len(of_it))
    return {**plain, **toned}


def _tone_names() -> dict[int, str]:
    names = (
        _("light skin tone"),
        _("medium-light skin tone"),
        _("medium skin tone"),
        _("medium-dark skin tone"),
        _("dark skin tone"),
    )
    return dict(zip(_TONES, names, strict=True))


def _rank(one: Emoji, wanted: str) -> int:
    """How well an emoji matches: 0 by its full name, 4 by a part of a word."""
    name, code = folded(one.name), one.code.replace("_", " ")
    if wanted in (name, code):
        return 0
    if code.startswith(wanted) or name.startswith(wanted):
        return 1
    if f" {wanted}" in f" {name}" or f" {wanted}" in f" {code}":
        return 2
    return 3 if f" {wanted}" in one.words else 4
