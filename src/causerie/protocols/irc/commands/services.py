"""NickServ and ChanServ, for habits: what one is used to telling them is done, and answered with a NOTICE.

There is no source but usage (Atheme, Anope, Ergo). Each command is one of the core's, which says who may; a name is its
account's for good here, so that nobody's has to be taken back. What they say is in the server's language.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from causerie.chat import commands as c
from causerie.chat.errors import ChatError
from causerie.chat.replies import CERTIFICATE_DEVICE, LoggedIn, PersonCard, SessionList, Snapshot
from causerie.i18n.refusals import sentence
from causerie.i18n.text import _
from causerie.protocols.irc.commands.command_table import Entry
from causerie.protocols.irc.commands.welcome import logging_in
from causerie.protocols.irc.syntax.lines import Line
from causerie.protocols.irc.syntax.names import core_name, is_channel, shown_channel
from causerie.server.engine.session import Answer

if TYPE_CHECKING:
    from causerie.protocols.irc.state.wire import IrcWire, Then


class Order(NamedTuple):
    """One command of a service: what does it, how many words it needs, how it is written, what it is for."""

    do: Callable[[IrcWire, str, list[str]], None]
    least: int
    usage: str
    about: Callable[[], str]


def said(wire: IrcWire, service: str, text: str) -> None:
    """Somebody told a service something."""
    name, orders = SERVICES[service.lower()]
    word, *words = text.split() or ["HELP"]
    order = orders.get(word.upper())
    if word.upper() == "HELP":
        _help(wire, name, orders, words)
    elif order is None:
        _tell(wire, name, _("I do not know {word}. Say HELP.").format(word=word))
    elif len(words) < order.least:
        _tell(wire, name, _("It is written {usage}").format(usage=order.usage))
    else:
        order.do(wire, name, words)


def is_service(target: str) -> bool:
    """Whether a nick is a service's."""
    return target.lower() in SERVICES


def _tell(wire: IrcWire, name: str, text: str) -> None:
    server = wire.network.server
    wire.line_by(f":{name}!services@{server} NOTICE {wire.nick} :{text}".encode())


def _help(wire: IrcWire, name: str, orders: dict[str, Order], words: list[str]) -> None:
    wanted = words[0].upper() if words else ""
    for word, order in orders.items():
        if not wanted or word == wanted:
            _tell(wire, name, f"{order.usage}: {order.about()}")
    if wanted and wanted not in orders:
        _tell(wire, name, _("I do not know {word}. Say HELP.").format(word=words[0]))


def _done(name: str, text: str) -> Then:
    """What is said when a command was done; a refusal is said as it is."""

    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        _tell(wire, name, sentence(answer) if isinstance(answer, ChatError) else text)

    return then


def _logged_in(name: str, text: str) -> Then:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, LoggedIn):
            _tell(wire, name, text.format(account=answer.name))
        elif isinstance(answer, ChatError):
            _tell(wire, name, sentence(answer))

    return then


def _identify(wire: IrcWire, name: str, words: list[str]) -> None:
    account, password = wire.nick, " ".join(words)
    person = wire.view.person_named(words[0]) if len(words) > 1 else None
    if len(words) == 2 or (person is not None and not person.guest):
        account, password = words[0], " ".join(words[1:])
    if wire.account:
        _tell(wire, name, _("You are logged in already, as {account}.").format(account=wire.account))
        return
    command = c.LogIn(name=account, password=password, device="irc")
    logging_in(wire, command, _logged_in(name, _("You are now identified for {account}.")))


def _register(wire: IrcWire, name: str, words: list[str]) -> None:
    # A mail address is not asked for; an invitation's token is what is no address.
    invite = next((word for word in words[1:] if "@" not in word and word != "*"), "")
    command = c.Register(name=wire.nick, password=words[0], invite=invite, device="irc")
    logging_in(wire, command, _logged_in(name, _("The account {account} is made, and you are logged in.")))


def _free(wire: IrcWire, name: str, words: list[str]) -> None:
    person = wire.view.person_named(words[0])
    if person is not None and person.guest:
        _tell(wire, name, _("{name} is a guest, and keeps that name while they are here.").format(name=person.name))
    elif person is not None:
        text = _("{name} is an account: nobody else can have that name. IDENTIFY, and it is yours.")
        _tell(wire, name, text.format(name=person.name))
    else:
        _tell(wire, name, _("Nobody has that name."))


def _password(wire: IrcWire, name: str, words: list[str]) -> None:
    if words[0].upper() == "PASSWORD":
        words = words[1:]
    if len(words) != 2:
        _tell(wire, name, _("It is written {usage}").format(usage=_NICKSERV["SET"].usage))
        return
    wire.ask(c.SetPassword(old=words[0], new=words[1]), _done(name, _("The password was changed.")), every=True)


def _certificate(wire: IrcWire, name: str, words: list[str]) -> None:
    def listed(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, SessionList):
            for line in answer.sessions:
                if line.device.startswith(CERTIFICATE_DEVICE):
                    _tell(wire, name, f"{line.session}: {line.device}")
            _tell(wire, name, _("That is all."))

    word = words[0].upper()
    if word == "ADD":
        wire.ask(c.KeepCertificate(), _done(name, _("Your certificate logs you in from now on.")), every=True)
    elif word == "LIST":
        wire.ask(c.Sessions(), listed)
    elif word == "DEL" and len(words) > 1 and words[1].isdecimal() and len(words[1]) < 17:
        wire.ask(c.Revoke(session=int(words[1])), _done(name, _("It logs nobody in any more.")), every=True)
    else:
        _tell(wire, name, _("It is written {usage}").format(usage=_NICKSERV["CERT"].usage))


def _info(wire: IrcWire, name: str, words: list[str]) -> None:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, PersonCard):
            if answer.guest:
                text = _("{name} is a guest.")
            else:
                text = _("{name} is an account, and is here.") if answer.here else _("{name} is an account.")
            _tell(wire, name, text.format(name=answer.name))
        elif isinstance(answer, ChatError):
            _tell(wire, name, sentence(answer))

    wire.ask(c.Whois(name=words[0] if words else wire.nick), then, every=True)


def _add_account(wire: IrcWire, name: str, words: list[str]) -> None:
    made = _done(name, _("The account {account} is made.").format(account=words[0]))
    wire.ask(c.AddAccount(name=words[0], password=words[1]), made, every=True)


def _on_channel(command: Callable[[str, str, str], c.Command], needs: str = "") -> Callable[..., None]:
    """An order about a channel and, `needs` being empty, a nick (one's own if none is given): what it comes to."""

    def do(wire: IrcWire, name: str, words: list[str]) -> None:
        if not is_channel(words[0]):
            _tell(wire, name, _("{name} is no channel; they begin with #.").format(name=words[0]))
            return
        second = words[1] if len(words) > 1 else "" if needs else wire.nick
        asked = command(core_name(words[0]), second, " ".join(words[1:] if needs else words[2:]))
        wire.ask(asked, _done(name, _("Done, in {channel}.").format(channel=words[0])), every=True)

    return do


def _channel_info(wire: IrcWire, name: str, words: list[str]) -> None:
    def then(wire: IrcWire, command: c.Command, answer: Answer) -> None:
        if isinstance(answer, Snapshot):
            owners = ", ".join(member.name for member in answer.members if member.role == "owner") or _("nobody")
            public = answer.access == "public"
            text = (
                _("{channel} is public; its owners: {names}.")
                if public
                else _("{channel} is private; its owners: {names}.")
            )
            _tell(wire, name, text.format(channel=shown_channel(answer.channel), names=owners))
        elif isinstance(answer, ChatError):
            _tell(wire, name, sentence(answer))

    wire.ask(c.Look(channel=core_name(words[0])), then, every=True)


def _channel_register(wire: IrcWire, name: str, words: list[str]) -> None:
    _tell(wire, name, _("A channel belongs to the account that makes it: JOIN one that nobody has named."))


def _freeing() -> str:
    return _("there is nothing to free here: says whose a name is")


_NICKSERV = {
    "IDENTIFY": Order(
        _identify, 1, "IDENTIFY [account] password", lambda: _("log in; your nick is your account's then")
    ),
    "LOGIN": Order(_identify, 1, "LOGIN [account] password", lambda: _("the same")),
    "REGISTER": Order(_register, 1, "REGISTER password [invitation]", lambda: _("make an account of your nick")),
    "SET": Order(_password, 2, "SET PASSWORD old new", lambda: _("change your password")),
    "PASSWD": Order(_password, 2, "PASSWD old new", lambda: _("the same")),
    "INFO": Order(_info, 0, "INFO [nick]", lambda: _("what a name is")),
    "GHOST": Order(_free, 1, "GHOST nick", _freeing),
    "RECOVER": Order(_free, 1, "RECOVER nick", _freeing),
    "REGAIN": Order(_free, 1, "REGAIN nick", _freeing),
    "RELEASE": Order(_free, 1, "RELEASE nick", _freeing),
    "CERT": Order(
        _certificate, 1, "CERT ADD | LIST | DEL number", lambda: _("certificates that log you in (SASL EXTERNAL)")
    ),
    "SAREGISTER": Order(
        _add_account, 2, "SAREGISTER account password", lambda: _("make an account for somebody (operators)")
    ),
}

_CHANSERV = {
    "OP": Order(_on_channel(lambda channel, nick, text: c.SetRole(channel=channel, name=nick, role="moderator")), 1,
                "OP #channel [nick]", lambda: _("make somebody a moderator")),
    "DEOP": Order(_on_channel(lambda channel, nick, text: c.SetRole(channel=channel, name=nick, role="member")), 1,
                  "DEOP #channel [nick]", lambda: _("make somebody a member like all others")),
    "OWNER": Order(_on_channel(lambda channel, nick, text: c.SetRole(channel=channel, name=nick, role="owner")), 1,
                   "OWNER #channel [nick]", lambda: _("make somebody an owner")),
    "VOICE": Order(_on_channel(lambda channel, nick, text: c.SetVoice(channel=channel, name=nick, on=True)), 1,
                   "VOICE #channel [nick]", lambda: _("let somebody speak in a moderated channel")),
    "DEVOICE": Order(_on_channel(lambda channel, nick, text: c.SetVoice(channel=channel, name=nick, on=False)), 1,
                     "DEVOICE #channel [nick]", lambda: _("no longer")),
    "TOPIC": Order(_on_channel(lambda channel, nick, text: c.SetTopic(channel=channel, topic=text), "text"), 1,
                   "TOPIC #channel text", lambda: _("set the topic")),
    "KICK": Order(_on_channel(lambda channel, nick, text: c.Kick(channel=channel, name=nick, reason=text)), 2,
                  "KICK #channel nick [reason]", lambda: _("put somebody out")),
    "BAN": Order(_on_channel(lambda channel, nick, text: c.Ban(channel=channel, name=nick, reason=text)), 2,
                 "BAN #channel nick [reason]", lambda: _("put somebody out and keep them out")),
    "UNBAN": Order(_on_channel(lambda channel, nick, text: c.Unban(channel=channel, name=nick)), 1,
                   "UNBAN #channel [nick]", lambda: _("let somebody come back")),
    "INVITE": Order(_on_channel(lambda channel, nick, text: c.InviteTo(channel=channel, name=nick)), 1,
                    "INVITE #channel [nick]", lambda: _("invite somebody")),
    "INFO": Order(_channel_info, 1, "INFO #channel", lambda: _("whose a channel is")),
    "REGISTER": Order(_channel_register, 0, "REGISTER #channel", lambda: _("how to own a channel")),
}  # fmt: skip

SERVICES: dict[str, tuple[str, dict[str, Order]]] = {
    "nickserv": ("NickServ", _NICKSERV),
    "chanserv": ("ChanServ", _CHANSERV),
}


def nickserv(wire: IrcWire, line: Line) -> None:
    """NICKSERV, NS: to speak to NickServ, as PRIVMSG does; HELP says what it knows."""
    said(wire, "nickserv", " ".join(line.params))


def chanserv(wire: IrcWire, line: Line) -> None:
    """CHANSERV, CS: to speak to ChanServ, as PRIVMSG does; HELP says what it knows."""
    said(wire, "chanserv", " ".join(line.params))


COMMANDS = {
    "NICKSERV": Entry(nickserv),
    "NS": Entry(nickserv),
    "CHANSERV": Entry(chanserv),
    "CS": Entry(chanserv),
}
