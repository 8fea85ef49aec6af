"""The letter of a key in a shortcut, whatever Caps Lock and the keyboard's layout are. No state.

The letter is that of the layout in use, so that AZERTY and Dvorak have theirs. Where that has no Latin letters
(Cyrillic, Greek, Hebrew, Arabic), it is the letter of another layout of the same keyboard that has, and else the one of
a US keyboard in the key's place.
"""

from __future__ import annotations

import sys
import tkinter as tk
from collections.abc import Callable
from unicodedata import normalize

from causerie.desktop.system import x11

SHIFT, CONTROL = 1, 4
ALT = 0x20000 if sys.platform == "win32" else 8
"""Bits of an event's state (Tk's `bind` manual page, %s); of X11 in X.h."""

GROUP_SHIFT, GROUPS = 13, 4
"""The layout in use stands in two bits of an event's state (X Keyboard Extension, 2.2.2)."""

SPECIAL = (*range(0xFD00, 0xFEFB), *range(0xFF00, 0x10000))
"""Keysyms that are no characters: arrows, Return, modifiers (X11/keysymdef.h); those above are Unicode's, and Tk tells
U+FEFB, which is one key in Arabic, without what is before it."""

US_KEYS = {
    **dict(enumerate("qwertyuiop", 24)),
    **dict(enumerate("asdfghjkl", 38)),
    **dict(enumerate("zxcvbnm", 52)),
    61: "/",
}
"""What a US keyboard has at the key codes of X11 (xkb/keycodes/evdev)."""

WINDOWS_SLASH = 0xBF
"""VK_OEM_2; the virtual-key codes of letters are their ASCII capitals on all layouts that have other letters."""

NAMES = {"/": "slash"}

UNICODE = 0x1000000
"""Keysyms from here on are a character's code point (X11/keysymdef.h)."""

Keysym = Callable[[int, int, int], int]
"""The keysym of a key code in a layout (0 to 3), at a level (0; 1 is that of Shift); 0: there is none."""


def letter(event: tk.Event[tk.Misc]) -> str:
    """The key as shortcuts name it: a small letter, or a keysym's name ("slash", "Up")."""
    keysym = event.keysym
    if len(keysym) == 1 and keysym.isascii() and keysym.isalpha():
        return keysym.lower()
    if int(event.keysym_num) in SPECIAL:
        return keysym
    code, state = int(event.keycode), int(event.state)
    if sys.platform == "win32":
        character = chr(code).lower() if ord("A") <= code <= ord("Z") else "/" if code == WINDOWS_SLASH else ""
        character = "" if keysym.isascii() and len(keysym) == 1 else character
    elif event.widget.tk.call("tk", "windowingsystem") == "x11":
        character = on_x11(event.widget.winfo_screen(), code, state, event.char)
    else:
        character = ""
    return NAMES.get(character, character) or keysym


def latin(code: int, group: int, keysym: Keysym) -> str:
    """The character that a key would be in Latin letters; empty where the layout in use has them."""

    def has_letters(one: int) -> bool:
        return any(_is_letter(keysym(key, one, 0)) for key in US_KEYS)

    if has_letters(group):
        return ""
    for other in range(GROUPS):
        if other != group and has_letters(other):
            found = keysym(code, other, 0)
            return chr(found) if 0x20 < found < 0x7F else ""
    return US_KEYS.get(code, "")


def of_several_letters(text: str, group: int, keysym: Keysym) -> int:
    """The code of the key that writes these letters at once, as the key of B does in Arabic (lam and alef): what X11's
    input method makes of it is an event without a key. 0: there is none."""
    for code in US_KEYS:
        for level in (0, 1):
            character = keysym(code, group, level) - UNICODE
            if 0 < character < 0x110000 and normalize("NFKC", chr(character)) == text:
                return code
    return 0


def on_x11(screen: str, code: int, state: int, text: str = "") -> str:
    """The same, by what the X server has. `text`: what the key writes, for one that comes without its code."""
    try:
        with x11.connected(screen) as display:

            def keysym(key: int, group: int, level: int) -> int:
                return x11.keysym(display, key, group, level)

            group = state >> GROUP_SHIFT & (GROUPS - 1)
            return latin(code or of_several_letters(text, group, keysym), group, keysym)
    except OSError:
        return US_KEYS.get(code, "")


def _is_letter(keysym: int) -> bool:
    return ord("a") <= keysym <= ord("z")
