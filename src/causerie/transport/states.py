"""States of a connection, as the log names them: how its input is read, and why its next command has to wait."""

from __future__ import annotations

from enum import Enum


class Reading(Enum):
    """How a connection's input is taken.

    OPEN <──turn── QUEUED
      │ ──no room──> ^
      └──pause──> PAUSED ──go on──> OPEN or QUEUED        from each of them: close ──> CLOSED
    """

    OPEN = "worked on as it comes"
    QUEUED = "waits for its turn"
    PAUSED = "held back"
    CLOSED = "not read any more"


class Hold(Enum):
    """Why a connection's next command is not taken; while there is any, its input is PAUSED."""

    WORK = "a use case is waited for"
    ANSWER = "an answer must go out first"
    ALONE = "an answer must not share its packet"
    TOO_FAST = "it goes too fast"
    UNIT_FULL = "the unit of work is full"
    UNREAD = "its peer does not read"


NONE: frozenset[Hold] = frozenset()
