"""Help: the slash commands, as the core knows them."""

from __future__ import annotations

from causerie.chat.commands import Help
from causerie.chat.replies import HelpLine, HelpPage
from causerie.chat.slash import SLASHES
from causerie.server.context import Context
from causerie.server.engine.session import Session

_PAGE = HelpPage(commands=[HelpLine(slash.usage, slash.about) for slash in SLASHES])


def help(context: Context, session: Session, command: Help) -> HelpPage:
    """Every slash command: how it is used, what for."""
    return _PAGE
