"""What every client is told when it has registered: made once, as long as nothing in it changes, and not for each.

Source: Modern IRC, "Connection Registration".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.config.settings import Config
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import BODY_MOST, NICK_BYTES

if TYPE_CHECKING:
    from causerie.protocols.irc.client.wire import IrcWire
    from causerie.protocols.irc.state.network import Counts

NICK = "\0"
"""Stands for the nick, and in no line otherwise."""


class Greeting:
    """The lines as they were made last: for which settings, and for how many who were here."""

    __slots__ = ("_config", "_counts", "_lines", "_long")

    def __init__(self) -> None:
        self._config: Config | None = None
        self._counts: Counts | None = None
        self._lines = ""
        self._long = False

    def lines(self, wire: IrcWire) -> list[str]:
        """The lines for a client that has just registered."""
        config, counts = wire.network.config, wire.network.counts()
        if config is not self._config or counts != self._counts:
            self._config, self._counts = config, counts
            lines = _made(wire, NICK)
            self._lines = "\n".join(lines)
            self._long = max(len(line.encode()) for line in lines) + NICK_BYTES > BODY_MOST
        if self._long:
            return _made(wire, wire.nick)
        return self._lines.replace(NICK, wire.nick).split("\n")


def _made(wire: IrcWire, nick: str) -> list[str]:
    from causerie.protocols.irc.commands import server_info  # which knows of every command

    network = wire.network
    scribe = type(wire)(wire.bounds, network)
    scribe.told_nick = nick
    scribe.reply(n.RPL_WELCOME, network=network.name, nick=nick)
    scribe.reply(n.RPL_YOURHOST, server=network.server, version=network.version)
    scribe.reply(n.RPL_CREATED, since=network.since)
    server_info.my_info(scribe)
    server_info.isupport(scribe)
    server_info.lusers(scribe)
    server_info.motd(scribe)
    return scribe.take()
