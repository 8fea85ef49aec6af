"""What words a message has, for search: a text made ready for an index, and what a query looks for.

A store's index is expected to cut a text wherever there is no letter, number or mark, and to drop case and the accents
of Latin letters; those of other alphabets in which people look for words without them are dropped here. It knows only
words between spaces; scripts that have no spaces (Unicode UAX 14, classes ID and SA) are therefore cut into single
characters here, for text and query alike. Such a query is a run of characters, found wherever a text has that run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from unicodedata import combining, normalize

MARKS_MOST = 30
"""Combining marks in a row that are looked at (UAX 15, section 13, stream-safe text)."""

PIECE = 1_000
"""Characters of a text that are prepared at once, in some ms at most."""

QUERY_LONGEST = 1000
"""Characters of a query that are looked at."""
PHRASES_MOST = 40
"""Words and phrases of a query that are looked for."""


@cache
def _unspaced() -> re.Pattern[str]:
    """Letters of which each is a word of its own. Not made before it is needed: it takes milliseconds."""
    return re.compile(
        "["
        "\u0e00-\u0eff"  # Thai, Lao
        "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Myanmar
        "\u1780-\u17ff"  # Khmer
        "\u1950-\u19df\u1a20-\u1aaf\uaa80-\uaadf\U00011700-\U0001174f"  # Tai scripts, Ahom
        "\u1b00-\u1b7f\ua980-\ua9df"  # Balinese, Javanese
        "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff"  # Hangul has spaces, but people look for parts of its words
        "\u3005-\u3007\u3021-\u302f\u3031-\u3035\u3038-\u303c"  # marks of repetition, numerals
        "\u3040-\u31bf\u31f0-\u31ff\U0001aff0-\U0001b16f"  # Hiragana, Katakana, Bopomofo, Hangul letters
        "\u3400-\u4dbf\u4e00-\ua4cf\uf900-\ufaff\U00020000-\U0003ffff"  # Han, Yi
        "\U00016fe0-\U00018dff\U0001b170-\U0001b2ff"  # Tangut, Khitan, Nushu
        "]"
    )


@cache
def _dropped() -> re.Pattern[str]:
    """Inside a word, and no part of how people write it: IRC's formatting (modern.ircdocs.horse/formatting), soft
    hyphen and its like, Hebrew and Arabic points, the stroke that stretches Arabic words, variation selectors."""
    return re.compile(
        "[\x02\x0f\x11\x16\x1d-\x1f]|\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
        "|[\u00ad\u034f\u2060\ufeff\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670"
        "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\ufe00-\ufe0f\U000e0100-\U000e01ef]"
    )


@cache
def _accented() -> re.Pattern[str]:
    """Letters of the alphabets that are searched without accents (Latin, Greek, Cyrillic, Hebrew, Arabic), and the
    accents that they share. In other scripts a mark makes another letter (Japanese) or is a vowel (Devanagari)."""
    return re.compile("[\u00c0-\u024f\u0300-\u052f\u05d0-\u05f2\u0620-\u064a\u0671-\u06d3\u1e00-\u1fff]+")


def _without_accents(letters: re.Match[str]) -> str:
    return "".join(part for part in normalize("NFD", letters.group()) if not combining(part))


_LETTERS = {
    "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ẞ": "ss", "đ": "d", "Đ": "d", "ø": "o", "Ø": "o", "ł": "l",
    "Ł": "l", "ς": "σ",
}  # fmt: skip
_JOINED = re.compile("[" + "".join(_LETTERS) + "]")

_PART = re.compile(r'"([^"]*)(?:"|$)(\*?)|([^\s"]+)')
_SEARCHABLE = re.compile(r"[^\W_]")


def prepare(text: str, piece: int = PIECE) -> str:
    """A text as it goes into the index. `piece`: see `pieces`."""
    return "".join(_cut(_plain(one)) for one in pieces(text, piece))


def prepare_exact(text: str) -> str:
    """The same for who looks for a word as it is written: accents count."""
    return "".join(_cut(_one_form(piece)) for piece in pieces(text))


def _cut(text: str) -> str:
    """Scripts that have no spaces between words, with spaces between their characters."""
    return text if text.isascii() else _unspaced().sub(r" \g<0> ", text)


def pieces(text: str, most: int = PIECE) -> Iterator[str]:
    """A text in pieces that can be prepared one by one, so that no other thread waits for all of it: they end where
    ASCII begins, before which nothing is composed, and in a text that has none for long, anywhere."""
    start = 0
    while len(text) - start > most:
        end = start + most
        while end > start + most // 2 and not text[end].isascii():
            end -= 1
        end = end if text[end].isascii() else start + most
        yield text[start:end]
        start = end
    yield text[start:]


class Phrase(NamedTuple):
    """Words of a query that follow one another, prepared as a text is; `prefix`: the last one may go on."""

    words: str
    prefix: bool


def phrases(query: str) -> list[Phrase]:
    """What a query looks for, each once: words, which must all be there, `"phrases"`, `prefix*`; a quote left open ends
    with the text. Empty when nothing is asked that an index could know. No phrase has a quote in it."""
    found: dict[Phrase, None] = {}
    for part in _PART.finditer(_plain(query[:QUERY_LONGEST])):
        phrase, star, word = part.groups()
        if word is not None:
            phrase, star = word.rstrip("*"), "*" if word.endswith("*") else ""
        if _SEARCHABLE.search(phrase):
            words = _unspaced().sub(r" \g<0> ", phrase).replace("\0", " ").strip()
            found[Phrase(words, bool(star))] = None
        if len(found) == PHRASES_MOST:
            break
    return list(found)


def _plain(text: str) -> str:
    """One spelling for what people take for the same when they search: without accents, joined letters apart."""
    text = _one_form(text)
    return text if text.isascii() else _JOINED.sub(_letters, _accented().sub(_without_accents, text))


def _one_form(text: str) -> str:
    """One form of the same characters: of either width, composed or not, formatted or not."""
    if text.isascii() and text.isprintable():
        return text
    return _dropped().sub("", normalize("NFKC", _few_marks(text)))


def _few_marks(text: str) -> str:
    """Without the ends of long runs of combining marks: normalising takes time by the square of such a run."""
    marks = "".join(filter(combining, set(text)))
    if sum(map(text.count, marks)) <= MARKS_MOST:
        return text
    mark = f"[{re.escape(marks)}]"
    return re.sub(f"({mark}{{{MARKS_MOST}}}){mark}+", r"\1", text)


def _letters(joined: re.Match[str]) -> str:
    return _LETTERS[joined.group()]
