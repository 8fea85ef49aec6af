"""The commands by name: which function handles each, and how many parameters it must have.

Each group of commands is a file with a table `COMMANDS` of its own; a new one is added here once.
"""

from __future__ import annotations

from causerie.protocols.irc.commands import (
    account,
    channels,
    chathistory,
    help,
    lists,
    markers,
    metadata,
    modes,
    monitor,
    multiline,
    negotiation,
    oper,
    own_status,
    queries,
    redaction,
    registration,
    renaming,
    sasl,
    searching,
    server_info,
    services,
    talk,
    webpush,
    who,
    whois,
)
from causerie.protocols.irc.commands.command_table import Entry

COMMANDS: dict[str, Entry] = {
    **registration.COMMANDS,
    **negotiation.COMMANDS,
    **sasl.COMMANDS,
    **talk.COMMANDS,
    **channels.COMMANDS,
    **lists.COMMANDS,
    **chathistory.COMMANDS,
    **markers.COMMANDS,
    **metadata.COMMANDS,
    **multiline.COMMANDS,
    **modes.COMMANDS,
    **queries.COMMANDS,
    **own_status.COMMANDS,
    **redaction.COMMANDS,
    **renaming.COMMANDS,
    **server_info.COMMANDS,
    **account.COMMANDS,
    **monitor.COMMANDS,
    **oper.COMMANDS,
    **searching.COMMANDS,
    **services.COMMANDS,
    **webpush.COMMANDS,
    **who.COMMANDS,
    **whois.COMMANDS,
}
COMMANDS |= help.of(COMMANDS)

UNREGISTERED = frozenset(
    (*registration.COMMANDS, *negotiation.COMMANDS, *sasl.COMMANDS, *account.COMMANDS, *metadata.COMMANDS, "AWAY")
)
"""What one may say before one is registered."""
