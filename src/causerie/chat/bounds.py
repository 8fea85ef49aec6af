"""Bounds of what commands ask that are the same on every server, so that protocols may tell them."""

KEY_LONGEST = 23
"""Characters of a channel's key (RFC 2812, section 2.3.1)."""

MASKS_MOST = 100
"""Masks of a channel, of all its lists together."""

ABOUT_BYTES = 200
"""What one wants to be shown beside one's name."""

WATCHED_MOST = 100
"""Names that one connection may watch."""
