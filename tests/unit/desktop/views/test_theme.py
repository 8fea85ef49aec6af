"""Everything that is read can be read: WCAG 2.2, 1.4.3, 4.5 : 1."""

from __future__ import annotations

import pytest

from causerie.desktop.views.theme import DARK, LIGHT, Palette


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    first, second = sorted((luminance(one), luminance(other)))
    return (second + 0.05) / (first + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_contrast(palette: Palette) -> None:
    grounds = [palette.ground, palette.panel, palette.raised, palette.hover]
    pairs = [(colour, ground) for ground in grounds for colour in (palette.text, palette.faint, palette.link)]
    pairs += [(tone, palette.ground) for tone in palette.tones]
    pairs += [(palette.text, ground) for ground in (palette.chosen, palette.for_me, palette.found, palette.code)]
    pairs += [(palette.warn, palette.warn_ground), (palette.warn, palette.ground), (palette.on_accent, palette.accent)]
    pairs += [(palette.link, palette.chosen)]
    poor = [(one, other, round(contrast(one, other), 2)) for one, other in pairs if contrast(one, other) < 4.5]
    assert not poor
