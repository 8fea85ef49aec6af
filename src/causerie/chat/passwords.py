"""Which passwords a person may choose, and the one form in which a password is compared.

Choosing is stricter than comparing: `check_password` is for a new password, `prepare` for every password.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Why = Literal["too_short", "too_long", "common", "name", "character"]

_REST_BESIDE_NAME = 4  # a password that is a name and fewer characters than this is as easy as the name
_LONGEST_PERIOD = 4  # "abababababab" and "123412341234" are one short choice, made several times
_MOST_COMPOSED = 4  # NFC joins at most this many characters into one (UAX 15, table of expansion factors)
_RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz")


class WeakPassword(ValueError):
    """This password cannot be chosen. Never holds the password.

    `why`: too_short, too_long, common (or a plain pattern), name (little more than the person's name), or
    character (one that RFC 8265 forbids). `limit`: characters, for the first two; 0 otherwise.
    """

    def __init__(self, why: Why, limit: int = 0) -> None:
        super().__init__(why)
        self.why: Why = why
        self.limit = limit


LONGEST = 4 * 1024
"""Characters of a password that is looked at; no setting lets a longer one be chosen."""


def prepare(password: str) -> str:
    """The form of a password that is hashed and compared: PRECIS OpaqueString (RFC 8265, section 4.2).

    Preparing twice changes nothing. Raises WeakPassword: "too_short" when empty, "character" when it holds
    a control or unassigned character, "too_long"; at a login, each means a wrong password.
    """
    if not password:
        raise WeakPassword("too_short", 1)
    if len(password) > LONGEST:
        raise WeakPassword("too_long", LONGEST)
    if password.isascii() and password.isprintable():
        return password
    prepared = _opaque(password)
    if prepared is None:
        raise WeakPassword("character")
    return prepared


def check_password(password: str, name: str, least: int = 10, most: int = 256, common: bool = False) -> None:
    """Refuse a new password that is too short, too long, or among the first that anybody would try.

    `name` is the account's; `least` and `most` count characters once prepared; `common`: one that many people have, or
    a plain pattern, may be chosen too. Raises WeakPassword.
    """
    if len(password) > most * _MOST_COMPOSED:
        raise WeakPassword("too_long", most)
    if not password:
        raise WeakPassword("too_short", least)
    prepared = prepare(password)
    if len(prepared) < least:
        raise WeakPassword("too_short", least)
    if len(prepared) > most:
        raise WeakPassword("too_long", most)
    folded = _fold(prepared)
    if not common and (_is_pattern(folded) or _is_common(folded)):
        raise WeakPassword("common")
    if _is_name(folded, _fold(name)):
        raise WeakPassword("name")


def _opaque(password: str) -> str | None:
    from precis_i18n import get_profile

    # The library's error carries the password; it ends here, so that no log can show it.
    try:
        prepared: str = get_profile("OpaqueString").enforce(password)
    except UnicodeEncodeError:
        return None
    return prepared


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _is_pattern(folded: str) -> bool:
    """One short piece over and over, or a run up or down the digits or the alphabet, round and round."""
    for period in range(1, _LONGEST_PERIOD + 1):
        if len(folded) >= 2 * period and folded[period:] == folded[:-period]:
            return True
    for alphabet in _RUNS:
        run = alphabet * (len(folded) // len(alphabet) + 2)
        if folded in run or folded[::-1] in run:
            return True
    return False


def _is_common(folded: str) -> bool:
    common = _common()
    return folded in common or folded.rstrip("!.?*") in common


def _is_name(folded: str, name: str) -> bool:
    if not name:
        return False
    rest, found = re.subn(f"{re.escape(name)}|{re.escape(name[::-1])}", "", folded)
    return found > 0 and len(rest) < _REST_BESIDE_NAME


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    from importlib import resources

    text = (resources.files("causerie.chat") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
