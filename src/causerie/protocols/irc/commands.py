"""The commands by name: which function handles each, and how many parameters it must have.

Each group of commands is a file with a table `COMMANDS` of its own; a new one is added here once.
"""

from __future__ import annotations

from causerie.protocols.irc import about, channels, modes, negotiation, queries, registration, sasl, talk
from causerie.protocols.irc.command import Entry

COMMANDS: dict[str, Entry] = {
    **registration.COMMANDS,
    **negotiation.COMMANDS,
    **sasl.COMMANDS,
    **talk.COMMANDS,
    **channels.COMMANDS,
    **modes.COMMANDS,
    **queries.COMMANDS,
    **about.COMMANDS,
}

UNREGISTERED = frozenset((*registration.COMMANDS, *negotiation.COMMANDS, *sasl.COMMANDS))
"""What one may say before one is registered."""
