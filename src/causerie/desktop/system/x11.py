"""What Tk does not tell of an X server: keyboard layouts, and who owns a selection. Each query has a connection of its
own, as Xlib would cache what changes."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

Display = int

CLIENT_SHIFT = 20
"""Bits of a window's number that count the windows of one program, where the server takes 512 programs or fewer."""


@contextmanager
def connected(screen: str) -> Iterator[Display]:
    """A connection to the X server of this screen (":0.0"). Raises OSError where there is none."""
    display = _library().XOpenDisplay(screen.encode())
    if not display:
        raise OSError(f"no X server at {screen}")
    try:
        yield display
    finally:
        _library().XCloseDisplay(display)


def keysym(display: Display, code: int, group: int, level: int = 0) -> int:
    """The keysym of a key code in a layout (0 to 3) at a level (1: with Shift); 0: there is none."""
    return int(_library().XkbKeycodeToKeysym(display, code, group, level))


def owner(display: Display, selection: str) -> int:
    """The window that owns this selection; 0: none does."""
    library = _library()
    return int(library.XGetSelectionOwner(display, library.XInternAtom(display, selection.encode(), 0)))


def of_one_program(window: int, other: int) -> bool:
    """Whether these windows were made by one program: their first bits say by whom (X protocol, "Connection Setup")."""
    return window >> CLIENT_SHIFT == other >> CLIENT_SHIFT


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
    display, atom = ctypes.c_void_p, ctypes.c_ulong
    library.XOpenDisplay.restype, library.XOpenDisplay.argtypes = display, (ctypes.c_char_p,)
    library.XCloseDisplay.argtypes = (display,)
    library.XkbKeycodeToKeysym.restype = ctypes.c_ulong
    library.XkbKeycodeToKeysym.argtypes = (display, ctypes.c_ubyte, ctypes.c_int, ctypes.c_int)
    library.XInternAtom.restype, library.XInternAtom.argtypes = atom, (display, ctypes.c_char_p, ctypes.c_int)
    library.XGetSelectionOwner.restype, library.XGetSelectionOwner.argtypes = ctypes.c_ulong, (display, atom)
    return library
