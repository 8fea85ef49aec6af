"""Window and contents grow alike, and all of it can be seen, whatever was saved and however small the screen is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causerie.desktop.views.placement import Screen, columns, geometry, least

PLAIN = Screen(0, 0, 1920, 1080, 1.0)
DENSE = Screen(0, 0, 3840, 2160, 2.0)


@pytest.mark.parametrize(
    ("saved", "density", "screen", "made"),
    [
        ("", 1.0, PLAIN, "1080x720"),
        ("", 1.0, DENSE, "2160x1440"),
        ("nonsense", 1.0, PLAIN, "1080x720"),
        ("900x600+10+20", 1.0, PLAIN, "900x600+10+20"),
        ("900x600+10+20", 1.0, DENSE, "1800x1200+10+20"),
        ("1800x1200+10+20", 2.0, PLAIN, "900x600+10+20"),
        ("900x600+3000+20", 1.0, PLAIN, "900x600+1020+20"),
        ("900x600+-400+-50", 1.0, PLAIN, "900x600+0+0"),
        ("900x600+-400+20", 1.0, Screen(-1920, 0, 3840, 1080, 1.0), "900x600+-400+20"),
        ("1080x720", 1.0, Screen(0, 0, 800, 600, 2.0), "800x600"),
        ("", 1.0, Screen(0, 0, 800, 600, 2.0), "736x552"),
    ],
)
def test_the_window_stands_where_it_can_be_seen(saved: str, density: float, screen: Screen, made: str) -> None:
    assert geometry(saved, density, screen) == made


@given(
    st.tuples(st.integers(1, 9999), st.integers(1, 9999), st.integers(-9999, 9999), st.integers(-9999, 9999)),
    st.sampled_from([1.0, 1.25, 2.0, 3.0]),
    st.builds(
        Screen,
        st.integers(-3000, 0),
        st.integers(-3000, 0),
        st.integers(640, 7680),
        st.integers(480, 4320),
        st.sampled_from([1.0, 1.5, 2.0, 3.0]),
    ),
)
def test_all_of_it_is_on_the_screen(saved: tuple[int, int, int, int], density: float, screen: Screen) -> None:
    width, height, x, y = saved
    made = re.fullmatch(r"(\d+)x(\d+)\+(-?\d+)\+(-?\d+)", geometry(f"{width}x{height}+{x}+{y}", density, screen))
    assert made is not None
    width, height, x, y = (int(part) for part in made.groups())
    assert screen.x <= x
    assert screen.y <= y
    assert x + width <= screen.x + screen.width
    assert y + height <= screen.y + screen.height
    assert (width, height) >= (0, 0)
    assert width >= least(screen)[0]
    assert height >= least(screen)[1]


@pytest.mark.parametrize(
    ("width", "scale", "beside", "asked", "made"),
    [
        (1080, 1.0, 220, False, (230, 220)),
        (2160, 2.0, 440, False, (460, 440)),
        (800, 2.0, 440, False, (240, 0)),
        (800, 2.0, 0, False, (240, 0)),
        (800, 2.0, 760, True, (0, 400)),
        (600, 1.0, 380, True, (0, 320)),
        (560, 1.0, 220, False, (230, 0)),
    ],
)
def test_the_conversation_has_room(width: int, scale: float, beside: int, asked: bool, made: tuple[int, int]) -> None:
    assert columns(width, scale, beside, asked) == made
