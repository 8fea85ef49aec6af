"""WEBPUSH: to be told of messages on a device that is not connected (IRCv3 draft/webpush; soju.im/webpush before it).

A push is one line, with the capabilities that the client had when it subscribed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.events import Message
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.syntax import capabilities as cap
from causerie.protocols.irc.syntax import numerics as n
from causerie.protocols.irc.syntax.lines import Line, parse_tags
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.network import Network
    from causerie.protocols.irc.state.wire import IrcWire, Then

FORM = "irc"
"""What begins the form of a subscription that this protocol made."""

PLAIN_MOST = 3993
"""Bytes of a push (RFC 8291, section 4)."""

_DEPENDS = frozenset(("p256dh", "auth"))


def webpush(wire: IrcWire, line: Line) -> None:
    """WEBPUSH VAPIDPUBKEY; REGISTER endpoint keys; UNREGISTER endpoint."""
    word, endpoint = line.param(0).upper(), line.param(1)
    if not wire.caps & (cap.WEBPUSH | cap.SOJU_WEBPUSH):
        wire.reply(n.ERR_UNKNOWNCOMMAND, "WEBPUSH")
    elif word == "VAPIDPUBKEY":
        wire.line(f"WEBPUSH VAPIDPUBKEY {wire.view.push_key()}")
    elif word == "REGISTER" and len(line.params) > 2:
        keys = parse_tags(line.param(2))
        if not keys.keys() >= _DEPENDS:
            _fail(wire, "INVALID_PARAMS REGISTER", "Both p256dh and auth are needed")
            return
        form = " ".join([FORM, *cap.names_of(wire.caps & cap.HEARD)])
        subscribe = c.Subscribe(endpoint=endpoint, public_key=keys["p256dh"], auth=keys["auth"], form=form)
        wire.ask(subscribe, _done("REGISTER", endpoint), every=True)
    elif word == "UNREGISTER" and endpoint:
        wire.ask(c.Unsubscribe(endpoint=endpoint), _done("UNREGISTER", endpoint), every=True)
    else:
        word = word.split(" ")[0] or "*"
        _fail(wire, f"INVALID_PARAMS {word}", "There is no such subcommand, or something is missing")


def _done(word: str, endpoint: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if not isinstance(answer, ChatError):
            wire.line(f"WEBPUSH {word} {endpoint}")
        elif answer.code == "bad_input":
            _fail(wire, f"INVALID_PARAMS {word}", f"This is not right: {answer.data.get('why')}")
        elif answer.code == "accounts_only":
            _fail(wire, f"ACCOUNT_REQUIRED {word}", "Log in first: a guest is nobody once they have left")
        else:
            _fail(wire, f"INTERNAL_ERROR {word}", "It could not be done")

    return then


def _fail(wire: IrcWire, code: str, text: str) -> None:
    wire.line(f"FAIL WEBPUSH {code} :{text}")


def pushed(network: Network, how: str, message: Message) -> bytes:
    """A message as one line without its end, as a client with these capabilities reads it."""
    encoder = network.encoder(cap.bits(how.split()) & ~cap.MULTILINE)
    line = encoder.encode(message).partition(b"\r\n")[0]
    if len(line) > PLAIN_MOST:
        # Tags may be left out, but for the message's id.
        line = network.encoder(0).encode(message).partition(b"\r\n")[0]
        if encoder.heard & cap.MESSAGE_TAGS:
            line = f"@msgid={encoder.message_id(message)} ".encode() + line
    return line


COMMANDS = {"WEBPUSH": Entry(webpush, 1)}
