"""Rules for new passwords, and the normal form in which passwords are compared.

Choosing is stricter than comparing: `check_password` is for a new password, `prepare` for every password.
"""

import re
import unicodedata
from functools import lru_cache

from causerie.chat.errors import WeakPassword

_REST_BESIDE_NAME = 4  # a password that is a name and fewer characters than this is as easy as the name
_LONGEST_PERIOD = 4  # "abababababab" and "123412341234" are one short choice, made several times
_MOST_COMPOSED = 4  # NFC joins at most this many characters into one (UAX 15, table of expansion factors)
_RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz")


LONGEST = 4 * 1024
"""Characters of a password that is looked at; no setting lets a longer one be chosen."""


def prepare(password: str) -> str:
    """The form of a password that is hashed and compared: PRECIS OpaqueString (RFC 8265, section 4.2).

    Preparing twice changes nothing. Raises WeakPassword: "too_short" when empty, "character" when it holds
    a control or unassigned character, "too_long"; at a login, each means a wrong password.
    """
    if not password:
        raise WeakPassword(why="too_short", least=1, most=LONGEST)
    if len(password) > LONGEST:
        raise WeakPassword(why="too_long", least=1, most=LONGEST)
    prepared = _opaque(password)
    if prepared is None:
        raise WeakPassword(why="character", least=1, most=LONGEST)
    return prepared


def check_password(password: str, name: str, least: int = 10, most: int = 256, common: bool = False) -> None:
    """Refuse a new password that is too short, too long, or among the first that anybody would try.

    `name` is the account's; `least` and `most` count characters once prepared; `common`: one that many people have, or
    a plain pattern, may be chosen too. Raises WeakPassword.
    """
    if why := _weakness(password, name, least, most, common):
        raise WeakPassword(why=why, least=least, most=most)


def _weakness(password: str, name: str, least: int, most: int, common: bool) -> str:
    if not password:
        return "too_short"
    if len(password) > min(most * _MOST_COMPOSED, LONGEST):
        return "too_long"
    prepared = _opaque(password)
    if prepared is None:
        return "character"
    if len(prepared) < least:
        return "too_short"
    if len(prepared) > most:
        return "too_long"
    folded = _fold(prepared)
    if not common and (_is_pattern(folded) or _is_common(folded)):
        return "common"
    return "name" if _is_name(folded, _fold(name)) else ""


def _opaque(password: str) -> str | None:
    if password.isascii() and password.isprintable():
        return password
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
    """Whether it is one short piece repeated, or a run up or down the digits or the alphabet."""
    for period in range(1, _LONGEST_PERIOD + 1):
        if len(folded) >= 2 * period and folded[period:] == folded[:-period]:
            return True
    for alphabet in _RUNS:
        run = alphabet * (len(folded) // len(alphabet) + 2)
        if folded in run or folded[::-1] in run:
            return True
    return False


def _is_common(folded: str) -> bool:
    common = common_passwords()
    return folded in common or folded.rstrip("!.?*") in common


def _is_name(folded: str, name: str) -> bool:
    if not name:
        return False
    rest, found = re.subn(f"{re.escape(name)}|{re.escape(name[::-1])}", "", folded)
    return found > 0 and len(rest) < _REST_BESIDE_NAME


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    from importlib import resources

    text = (resources.files("causerie.chat") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
