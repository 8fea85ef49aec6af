"""Detects names that pass for the server, its services or its staff, which only administrators may have.

A name is taken apart into words, at signs, digits and capital letters inside it, and words are compared as
`names.skeleton` sees them, without accents: `Adm1n-Team` is "admin" and "team". So that honest names stay free
(Badminton, JoeRoot, Adelaide, Supporter), there are degrees:

- a stem gives a name away at the beginning or the end of a word;
- a title does as a word of its own, and so do the names that the server has itself;
- a common word does in a name that is made of such words alone.

`names.reserved_word` is stricter about fewer names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from causerie.chat.names import skeleton

_STEMS = """
    admin moderator moderateur moderador moderatore helpdesk sysop webmaster postmaster hostmaster support
    админ модератор поддержка διαχειριστ
"""

_ANYWHERE = "管理员 管理員 管理者 版主 客服 관리자 운영자"
"""Of scripts that write no spaces."""

_TITLES = """
    moderation modo mod mods superuser operator operateur operador operatore ircop official officiel officielle staff
    nickserv chanserv botserv memoserv operserv hostserv helpserv infoserv saslserv statserv
    beheerder verwalter administration soporte suporte supporto assistenza depannage
"""

_COMMON = """
    root server serveur servidor service services system systeme sistema help aide hilfe ayuda ajuda aiuto
    info infos information abuse security securite sicherheit seguridad oper
"""

_FILLERS = """
    the les der die das user users global desk line hotline team equipe group groupe bot chat irc ircd net network
    account accounts login password home news boss real true new old your our one two master manager chief chef
"""
"""Words that make no difference beside one of the others."""

_FALSE_FRIENDS = "supporter supporters supportive"
"""Words with a stem that say nothing of the kind."""

_LEET = str.maketrans("43578", "aestb")
"""Digits that stand for letters, beside those that look like one."""

_DIGIT = re.compile(r"\d")
_WORDS = re.compile(r"[^\W\d_]+")
_WORDS_WITH_DIGITS = re.compile(r"[^\W_]+")


def sounds_official(name: str, own: tuple[str, ...] = ()) -> bool:
    """Whether a person's name passes for the server (`own`: what it is called itself) or for who runs it."""
    stems, titles, whole = _patterns(own)
    parts = _WORDS.findall(name)
    if _DIGIT.search(name):
        # Digits part words, or stand for letters.
        return _is_official(parts, stems, titles, whole) or _is_official(
            _WORDS_WITH_DIGITS.findall(name.translate(_LEET)), stems, titles, whole
        )
    return _is_official(parts, stems, titles, whole)


def _is_official(parts: list[str], stems: re.Pattern[str], titles: frozenset[str], whole: re.Pattern[str]) -> bool:
    small = [word for part in parts for word in _humps(part)]
    words = [_bare(word) for word in dict.fromkeys([*small, *parts])]
    if len(small) > 1 and words[0] == "root":
        return True
    if any((stems.search(word) and word not in _FRIENDS) or word in titles for word in words):
        return True
    joined = _bare("".join(parts))
    return whole.fullmatch(joined) is not None or any(word in joined for word in _CONTAINED)


def _bare(text: str) -> str:
    """A text as its look-alikes are compared, letters only."""
    alike = skeleton(text)
    return alike if alike.isalpha() else "".join(letter for letter in alike if letter.isalpha())


def _humps(word: str) -> list[str]:
    """The words that capital letters inside a word begin; the word itself where there are none."""
    cuts = [
        at
        for at in range(1, len(word))
        if word[at].isupper() and (word[at - 1].islower() or (at + 1 < len(word) and word[at + 1].islower()))
    ]
    return [word[start:end] for start, end in zip([0, *cuts], [*cuts, len(word)], strict=True)]


def _skeletons(words: str | Iterable[str]) -> list[str]:
    return [bare for word in (words.split() if isinstance(words, str) else words) if (bare := _bare(word))]


_FRIENDS = frozenset(_skeletons(_FALSE_FRIENDS))
_CONTAINED = _skeletons(_ANYWHERE)


@lru_cache(maxsize=8)
def _patterns(own: tuple[str, ...]) -> tuple[re.Pattern[str], frozenset[str], re.Pattern[str]]:
    """What finds a stem in a word; the titles; what a name is that is made of these words alone."""
    stems, mine = "|".join(_skeletons(_STEMS)), [bare for bare in _skeletons(own) if len(bare) > 2]
    titles = [*_skeletons(_TITLES), *mine]
    telling = "|".join([stems, *titles, *_skeletons(_COMMON)])
    fillers = "|".join(_skeletons(_FILLERS))
    return (
        re.compile(f"^(?:{stems})|(?:{stems})$"),
        frozenset(titles),
        re.compile(f"(?:{fillers})*(?:{telling})(?:{fillers}|{telling})*"),
    )
