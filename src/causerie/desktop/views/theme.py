"""Colours, fonts and sizes, dark and light: a `Look` has them for all views."""

from __future__ import annotations

import tkinter as tk
from dataclasses import dataclass
from tkinter import font as tkfont

SANS = ("Inter", "Segoe UI", "SF Pro Text", "Cantarell", "Noto Sans", "Ubuntu", "Liberation Sans", "DejaVu Sans")
EMOJI = ("Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji", "Twemoji Mozilla", "Noto Emoji", "Symbola")
MONO = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "Noto Sans Mono", "DejaVu Sans Mono", "Courier")


@dataclass(frozen=True, slots=True)
class Palette:
    """Contrast of text on its ground is at least 4.5 : 1 (WCAG 2.2, 1.4.3); a test holds each pair to it."""

    ground: str
    panel: str
    raised: str
    hover: str
    chosen: str
    border: str
    text: str
    faint: str
    accent: str
    on_accent: str
    link: str
    warn: str
    warn_ground: str
    for_me: str
    found: str
    code: str
    here: str
    away: str
    tones: tuple[str, ...]


DARK = Palette(
    ground="#1b1d23",
    panel="#14161b",
    raised="#262932",
    hover="#22252d",
    chosen="#2d3446",
    border="#2d303a",
    text="#e7e9ee",
    faint="#959bab",
    accent="#4263eb",
    on_accent="#ffffff",
    link="#8ab0ff",
    warn="#ff8f8f",
    warn_ground="#3b2226",
    for_me="#3a3423",
    found="#2b3550",
    code="#2a2d37",
    here="#4ade80",
    away="#fbbf24",
    tones=("#f59ea0", "#f2b36d", "#d9c95c", "#8fd18a", "#6cd0c4", "#84b8ff", "#b9a3ff", "#f09ad4"),
)

LIGHT = Palette(
    ground="#ffffff",
    panel="#f3f4f7",
    raised="#ffffff",
    hover="#f6f7f9",
    chosen="#dde5fb",
    border="#dcdfe6",
    text="#1d2129",
    faint="#636a79",
    accent="#3b5bdb",
    on_accent="#ffffff",
    link="#2248c4",
    warn="#b42318",
    warn_ground="#fdeceb",
    for_me="#fff4d6",
    found="#e3eafd",
    code="#eef0f4",
    here="#16a34a",
    away="#d97706",
    tones=("#b4232a", "#9a5200", "#736300", "#2b7a25", "#00756a", "#1d5fc4", "#6440c9", "#a82a80"),
)


def density(root: tk.Misc) -> float:
    """Pixels of the screen to one at 96 dots an inch, in quarters."""
    return max(1.0, round(root.winfo_fpixels("1i") / 96 * 4) / 4)


class Look:
    """One window's look. `scale`: physical pixels to one at 96 dots an inch, times the person's zoom."""

    def __init__(self, root: tk.Misc, dark: bool, zoom: int) -> None:
        self.dark = dark
        self.palette = DARK if dark else LIGHT
        self.density = density(root)
        self.scale = self.density * zoom / 100
        families = set(tkfont.families(root))
        self.sans = next((name for name in SANS if name in families), "TkDefaultFont")
        self._emoji = next((name for name in EMOJI if name in families), self.sans)
        self.mono = next((name for name in MONO if name in families), "TkFixedFont")
        self._fonts: dict[tuple[int, str, str, str], tkfont.Font] = {}
        self._root = root

    def px(self, size: float) -> int:
        """A length in pixels of this screen."""
        return round(size * self.scale)

    def font(self, size: int = 14, weight: str = "normal", slant: str = "roman", mono: bool = False) -> tkfont.Font:
        """A font by its height in pixels at 96 dots an inch."""
        return self._font(self.mono if mono else self.sans, size, weight, slant)

    def emoji(self, size: int) -> tkfont.Font:
        """A font that has emoji, colourful ones if there are any."""
        return self._font(self._emoji, size, "normal", "roman")

    def _font(self, family: str, size: int, weight: str, slant: str) -> tkfont.Font:
        key = (size, weight, slant, family)
        if key not in self._fonts:
            self._fonts[key] = tkfont.Font(
                self._root,
                family=family,
                size=-self.px(size),
                weight=weight,  # type: ignore[arg-type]
                slant=slant,  # type: ignore[arg-type]
            )
        return self._fonts[key]
