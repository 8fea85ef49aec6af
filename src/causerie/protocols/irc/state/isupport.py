"""ISUPPORT: what is true of this server, for clients to go by (Modern IRC, "RPL_ISUPPORT Parameters")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat.bounds import ABOUT_BYTES, KEY_LONGEST, MASKS_MOST, WATCHED_MOST
from causerie.chat.names import CHANNEL_LONGEST, PERSON_LONGEST
from causerie.protocols.irc.syntax.bounds import BOT, CHANGES_MOST, NAMES_MOST, NICKS_MOST, TARGETS_MOST, USER_BYTES
from causerie.protocols.irc.syntax.masks import EXTBAN
from causerie.protocols.irc.syntax.names import STATUS
from causerie.protocols.irc.syntax.settings import CHANNEL_MODES

if TYPE_CHECKING:
    from causerie.protocols.irc.state.network import Network

TOKENS_A_LINE = 12

TEXT_BYTES = 390
"""Of a topic or a reason, so that it fits on a line whatever stands before it."""


def tokens(network: Network) -> list[str]:
    """The tokens, in order."""
    settings, push_key = network.view.settings(), network.view.push_key()
    channels = settings.limits.channels_person
    return [
        "ACCOUNTEXTBAN=a",
        f"AWAYLEN={TEXT_BYTES}",
        f"BOT={BOT}",
        f"CASEMAPPING={network.casemapping}",
        f"CHATHISTORY={settings.limits.history_page}",
        f"CHANLIMIT=#:{channels or ''}",
        f"CHANMODES={CHANNEL_MODES}",
        f"CHANNELLEN={CHANNEL_LONGEST + 1}",
        "CHANTYPES=#",
        "ELIST=CMNTU",
        "EXCEPTS=e",
        f"EXTBAN={EXTBAN}",
        "INVEX=I",
        "MSGREFTYPES=msgid,timestamp",
        f"KEYLEN={KEY_LONGEST}",
        f"KICKLEN={TEXT_BYTES}",
        f"MAXLIST=Ibe:{MASKS_MOST}",
        f"MODES={CHANGES_MOST}",
        f"MONITOR={WATCHED_MOST}",
        f"NAMELEN={ABOUT_BYTES}",
        f"NETWORK={network.name}",
        f"NICKLEN={PERSON_LONGEST}",
        "PREFIX=(qov)~@+",
        "SAFELIST",
        f"STATUSMSG={''.join(STATUS)}",
        "TARGMAX="
        f"INVITE:1,JOIN:,KICK:,LIST:,NAMES:{NAMES_MOST},NOTICE:{TARGETS_MOST},PART:,PRIVMSG:{TARGETS_MOST},TAGMSG:{TARGETS_MOST},USERHOST:{NICKS_MOST},WHOIS:1,WHOWAS:1",
        f"TOPICLEN={TEXT_BYTES}",
        f"USERLEN={USER_BYTES}",
        "UTF8ONLY",
        *([f"VAPID={push_key}"] if push_key else []),
        "WHOX",
    ]
