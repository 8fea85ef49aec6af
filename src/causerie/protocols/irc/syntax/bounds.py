"""Bounds and letters that commands keep to, and that ISUPPORT says."""

NAMES_MOST = 1
"""Channels that one NAMES lists (TARGMAX)."""

TARGETS_MOST = 4
"""Targets of one line (TARGMAX)."""

NICKS_MOST = 5
"""Of USERHOST (RFC 2812, section 4.8)."""

CHANGES_MOST = 8
"""Changes of modes on one line (MODES)."""

USER_BYTES = 20

BOT = "B"
"""The user mode of programs."""
