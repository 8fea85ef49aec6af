"""What every client is told when it has registered: made once, as long as nothing in it changes, and not for each.

Source: Modern IRC, "Connection Registration".
"""

from __future__ import annotations

from collections.abc import Callable

from causerie.config.settings import Config
from causerie.protocols.irc.state.counts import Counts
from causerie.protocols.irc.syntax.lines import BODY_MOST, NICK_BYTES

NICK = "\0"
"""MembershipChanged for the nick, and in no line otherwise."""


class Greeting:
    """The lines as they were made last: for which settings, and for how many who were here."""

    __slots__ = ("_config", "_counts", "_lines", "_long")

    def __init__(self) -> None:
        self._config: Config | None = None
        self._counts: Counts | None = None
        self._lines = ""
        self._long = False

    def lines(self, nick: str, config: Config, counts: Counts, make: Callable[[str], list[str]]) -> list[str]:
        """The lines for a client that has just registered. `make` gives those for a nick."""
        if config is not self._config or counts != self._counts:
            self._config, self._counts = config, counts
            lines = make(NICK)
            self._lines = "\n".join(lines)
            self._long = max(len(line.encode()) for line in lines) + NICK_BYTES > BODY_MOST
        if self._long:
            return make(nick)
        return self._lines.replace(NICK, nick).split("\n")
