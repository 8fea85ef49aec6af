"""Settings of the IRC protocol: the section `[irc]` with its parts, and `[[oper]]`. See settings.py."""

from typing import Annotated, Literal

import msgspec

from causerie.config.setting import Setting

KIB = 1024


class IrcListener(msgspec.Struct, frozen=True, kw_only=True):
    """An address where nothing but IRC is spoken: clients there may send one byte at a time, from the first on."""

    host: Annotated[
        str,
        Setting("host", "The interface: `*` is every one.", least=1, most=253, form="interface", reload=False),
    ] = "*"
    port: Annotated[
        int, Setting("port", "The port, usually 6667 in clear and 6697 with TLS; 0 is any.", most=65535, reload=False)
    ]
    tls: Annotated[
        bool,
        Setting(
            "yes or no",
            "Whether TLS is spoken there, and only that. Clients are asked for a certificate, so that those who have "
            "one can log in by it (SASL EXTERNAL).",
            reload=False,
        ),
    ] = False
    websocket: Annotated[
        bool, Setting("yes or no", "Whether WebSocket is spoken there, and only that.", reload=False)
    ] = False


class IrcTimeouts(msgspec.Struct, frozen=True, kw_only=True):
    """How long an IRC client may be silent."""

    register: Annotated[
        float,
        Setting("seconds", "How long registration may take.", least=1, most=3600, zero="no bound"),
    ] = 15.0
    ping: Annotated[
        float,
        Setting(
            "seconds",
            "After so much silence a client is sent PING; after as much again it is gone.",
            least=1,
            most=86_400,
            zero="never",
        ),
    ] = 120.0


class Irc(msgspec.Struct, frozen=True, kw_only=True):
    """The IRC protocol: names, a message of the day, who may come in."""

    network: Annotated[
        str, Setting("text", "The network's name, as IRC clients show it. No spaces.", least=1, most=32, reload=False)
    ] = "causerie"
    server_name: Annotated[
        str, Setting("host", "The server's name in IRC lines.", least=1, most=63, form="host", reload=False)
    ] = "irc.local"
    description: Annotated[
        str,
        Setting(
            "text",
            "What the server is, in one line, for WHOIS and LINKS. Empty: the network's name.",
            most=200,
        ),
    ] = ""
    password: Annotated[
        str,
        Setting(
            "text",
            "What every IRC client has to give with PASS before it may register. Empty: nothing. The password itself, "
            "or its argon2 hash.",
            most=1024,
        ),
    ] = ""
    motd: Annotated[
        str, Setting("text", "The message of the day, in lines. Empty: none.", most=16 * KIB, form="lines")
    ] = ""
    admin: Annotated[
        str,
        Setting(
            "text",
            "Who keeps the server and how to reach them, for the command ADMIN: at most three lines. Empty: not told.",
            most=400,
            form="lines",
        ),
    ] = ""
    casemapping: Annotated[
        Literal["ascii", "rfc7613"],
        Setting(
            "choice",
            "How clients are told to compare names. The server itself takes large and small letters of every script "
            "as the same; `rfc7613` says so, but some clients know only `ascii`.",
            reload=False,
        ),
    ] = "ascii"
    replay: Annotated[
        int,
        Setting(
            "messages",
            "The last messages of a channel, told at `JOIN` to clients that are told times (server-time) and have no "
            "words to ask for what was said before (draft/chathistory).",
            most=1000,
            zero="none",
        ),
    ] = 50
    flood_bytes: Annotated[
        int,
        Setting(
            "bytes",
            "A client that goes too fast is read more slowly; past so many unread bytes it is closed.",
            least=1024,
            most=16 * 1024 * KIB,
            zero="it is only read more slowly",
        ),
    ] = 65_536
    origins: Annotated[
        tuple[str, ...],
        Setting(
            "origins",
            'Web sites whose pages may connect by WebSocket, as `"https://chat.example"`; `"*"`: all of them. '
            "A page may that comes from the address it connects to, if that is a number, this machine's name, "
            "`server.public_address` or a name in `server.listen`; the server's other names have to be listed.",
            most=256,
        ),
    ] = ()
    sts_days: Annotated[
        float,
        Setting(
            "days",
            "How long clients are told to come by TLS only (IRCv3 sts), at the port of the first `[[irc.listen]]` with "
            "`tls`. They will refuse a certificate that no authority has signed.",
            most=3650,
            zero="they are not told",
        ),
    ] = 0.0
    listen: tuple[IrcListener, ...] = ()
    timeouts: IrcTimeouts = IrcTimeouts()


class Oper(msgspec.Struct, frozen=True, kw_only=True):
    """A name and a password that make an IRC client an operator (the command OPER)."""

    name: Annotated[str, Setting("text", "The name that OPER is given.", least=1, most=64)]
    password: Annotated[str, Setting("text", "The password itself, or its argon2 hash.", least=1, most=1024)]
