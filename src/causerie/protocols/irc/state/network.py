"""What all IRC connections of one server share: how people look, the languages of events, the welcome, the counts."""

from __future__ import annotations

import time

from causerie import __version__
from causerie.chat.masks import matches
from causerie.chat.names import fold
from causerie.protocols.irc.messages.event_encoder import IrcEncoder
from causerie.protocols.irc.messages.faces import Faces
from causerie.protocols.irc.state.counts import Census
from causerie.protocols.irc.state.greeting import Greeting
from causerie.protocols.irc.syntax.capabilities import BATCH, HEARD, MULTILINE
from causerie.server.state_view import StateView


class Network:
    """See the module. `server`, `name`: what the server and the network are called."""

    def __init__(self, view: StateView) -> None:
        self.view = view
        self.faces = Faces(view)
        self.server = self.faces.server
        self.name = view.settings().irc.network.replace(" ", "-")
        self.casemapping = view.settings().irc.casemapping
        self.version = __version__
        self.since = time.strftime("%a %d %b %Y at %H:%M:%S UTC", time.gmtime(view.now() / 1000))
        self.greeting = Greeting()
        self.census = Census(self.faces)
        self._encoders: dict[int, IrcEncoder] = {}

    def encoder(self, capabilities: int) -> IrcEncoder:
        """The language of those who have these capabilities; one object for all of them."""
        heard = capabilities & HEARD
        if not capabilities & BATCH:
            heard &= ~MULTILINE
        encoder = self._encoders.get(heard)
        if encoder is None:
            encoder = self._encoders[heard] = IrcEncoder(self.faces, heard)
        return encoder

    @property
    def description(self) -> str:
        """What the server is, in one line."""
        irc = self.view.settings().irc
        return irc.description or irc.network

    def is_me(self, asked: str) -> bool:
        """Whether a query that names a server, or somebody on it, means this one."""
        return matches(fold(asked), fold(self.server)) or self.view.person_named(asked) is not None
