"""The place of the window on the screen and the widths of its columns, at any density, on small screens too. No Tk."""

from __future__ import annotations

import re
from dataclasses import dataclass

WIDTH, HEIGHT = 1080, 720
"""Of a window that nobody has sized, in pixels at 96 dots an inch."""

MIN_WIDTH, MIN_HEIGHT = 560, 420
"""Likewise, of the smallest."""

EDGE = 0.92
"""Of a screen: what a window that nobody has sized may take; the system has bars too."""

CHANNELS, MIN_CHANNELS, MIN_MIDDLE = 230, 120, 280
"""Widths of the channels' list and of the conversation, in pixels at 96 dots an inch."""

_GEOMETRY = re.compile(r"(\d+)x(\d+)(?:\+(-?\d+)\+(-?\d+))?")


@dataclass(frozen=True, slots=True)
class Screen:
    """All of it, over all monitors, in its own pixels. `density`: of these to one at 96 dots an inch."""

    x: int
    y: int
    width: int
    height: int
    density: float


def geometry(saved: str, density: float, screen: Screen) -> str:
    """Tk's geometry of the window. `saved`: the one of the last time (empty, or not understood: none), on a screen of
    this density; a place that no longer is on the screen is moved onto it."""
    found = _GEOMETRY.fullmatch(saved)
    if found is None:
        width, height = WIDTH * screen.density, HEIGHT * screen.density
        return f"{round(min(width, screen.width * EDGE))}x{round(min(height, screen.height * EDGE))}"
    grown = screen.density / density if density > 0 else 1.0
    least_width, least_height = least(screen)
    width = round(min(max(int(found[1]) * grown, least_width), screen.width))
    height = round(min(max(int(found[2]) * grown, least_height), screen.height))
    if found[3] is None:
        return f"{width}x{height}"
    x = min(max(int(found[3]), screen.x), screen.x + screen.width - width)
    y = min(max(int(found[4]), screen.y), screen.y + screen.height - height)
    return f"{width}x{height}+{x}+{y}"


def least(screen: Screen) -> tuple[int, int]:
    """The smallest width and height; never more than there is."""
    width, height = round(MIN_WIDTH * screen.density), round(MIN_HEIGHT * screen.density)
    return min(width, round(screen.width * EDGE)), min(height, round(screen.height * EDGE))


def columns(width: int, scale: float, beside: int, asked: bool) -> tuple[int, int]:
    """Of a window so wide, the widths of the channels' list and of what stands on the right (0: it has no room).

    `beside`: what it would like, 0 where there is nothing. `asked`: somebody has just opened it; else (people) it goes
    before the channels do. `scale`: pixels to one at 96 dots an inch.
    """
    channels, middle = round(CHANNELS * scale), round(MIN_MIDDLE * scale)
    if width >= channels + middle + beside:
        return channels, beside
    if beside and asked:
        return 0, min(beside, max(width - middle, width // 2))
    return max(min(channels, width - middle), round(MIN_CHANNELS * scale)), 0
