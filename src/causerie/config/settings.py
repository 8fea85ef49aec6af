"""Settings as data: each one is declared once, with its type, default, unit, bounds and help.

A section of the file is a frozen Struct, so `config.limits.message_bytes` is typed; what `Annotated` adds to
a field is the rest of what is known about it. `sections()` derives the table from the Structs: the reader of
the file (`config/file.py`), the documentation (`docs/settings.md`) and SIGHUP (`changed`) all go by
that table. Nothing here reads a file, and with no file the defaults below are the whole truth.
"""

from typing import Annotated, Any, Literal

import msgspec

from causerie.address import Address
from causerie.config.irc import Irc, Oper
from causerie.config.setting import Section, Setting, sections_of
from causerie.config.web_push import WebPush

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB
DAY = 86_400.0


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """The server itself: its name, where it listens and where it keeps things."""

    name: Annotated[str, Setting("text", "The server's name, as shown to people.", least=1, most=64)] = "causerie"
    listen: Annotated[
        tuple[Address, ...],
        Setting(
            "HOST:PORT",
            "Where to listen, for every protocol. `*` is every interface, IPv6 too where the machine has it; "
            "IPv6 addresses go in brackets; port 0 is any free one.",
            least=1,
            most=64,
            reload=False,
        ),
    ] = (Address("*", 5000),)
    data: Annotated[
        str,
        Setting(
            "directory",
            "Where messages, keys and files are kept. Empty: the platform's own place for data. "
            "A relative path starts from the directory of the settings file.",
            most=4096,
            form="path",
            reload=False,
        ),
    ] = ""
    plaintext: Annotated[
        Literal["loopback", "lan", "all"],
        Setting(
            "choice",
            "Who may connect without TLS. `loopback`: this machine may do all, private networks may come in "
            "as guests, anybody else is turned away. `lan`: private networks may give passwords too. "
            "`all`: everybody may.",
        ),
    ] = "loopback"
    shutdown_grace: Annotated[
        float,
        Setting(
            "seconds",
            "How long a stopping server waits for what is on its way.",
            most=600,
            zero="stop at once",
        ),
    ] = 5.0
    public_address: Annotated[
        str,
        Setting("host", "Host name or address to put into links. Empty: guessed.", most=253, form="host"),
    ] = ""
    proxies: Annotated[
        tuple[str, ...],
        Setting(
            "networks",
            "Where proxies are that say with the PROXY protocol, version 1 or 2, whom they connect. They must say it: "
            "a connection from there without it is turned away.",
            most=256,
            form="network",
        ),
    ] = ()
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Setting("choice", "The least serious thing that is logged."),
    ] = "info"
    log_format: Annotated[
        Literal["auto", "text", "json"],
        Setting("choice", "How a log line looks. `auto`: the server chooses by where the log goes.", reload=False),
    ] = "auto"


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """Encryption. With neither file named, the server makes a certificate of its own on first start."""

    certificate: Annotated[
        str,
        Setting("file", "The certificate and its chain, in PEM. Empty: self-made.", most=4096, form="path"),
    ] = ""
    key: Annotated[
        str,
        Setting("file", "The certificate's private key, in PEM. Empty: self-made.", most=4096, form="path"),
    ] = ""
    oldest: Annotated[
        Literal["1.2", "1.3"], Setting("choice", "The oldest version of TLS that is spoken.", reload=False)
    ] = "1.2"


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """One more place to listen, beside `server.listen`, with rules of its own."""

    address: Annotated[Address, Setting("HOST:PORT", "Where to listen, written as in `server.listen`.", reload=False)]
    protocols: Annotated[
        tuple[Literal["classic", "native", "irc"], ...],
        Setting("choices", "The protocols spoken there. Empty: all.", most=16, reload=False),
    ] = ()
    tls: Annotated[
        Literal["auto", "always", "never"],
        Setting(
            "choice",
            "Whether TLS is spoken there. `auto`: the first bytes of a connection tell.",
            reload=False,
        ),
    ] = "auto"


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """Who may have an account, and how passwords and tokens are kept."""

    registration: Annotated[
        Literal["closed", "invite", "open"],
        Setting("choice", "Who may make an account: nobody, whoever was invited, or anybody."),
    ] = "invite"
    guests: Annotated[bool, Setting("yes or no", "Whether one may come in without an account.")] = True
    password_min: Annotated[int, Setting("characters", "The shortest new password.", least=1, most=1024)] = 10
    password_max: Annotated[int, Setting("characters", "The longest password.", least=1, most=1024)] = 256
    password_common: Annotated[
        bool,
        Setting(
            "yes or no",
            "Whether a new password may be one of the thousands that many people have, or a plain pattern. Whoever "
            "guesses tries those first.",
        ),
    ] = False
    hash_memory: Annotated[
        int, Setting("KiB", "Memory that hashing one password takes (argon2id).", least=8 * KIB, most=4 * MIB)
    ] = 19_456
    hash_passes: Annotated[int, Setting("passes", "Passes over that memory (argon2id).", least=1, most=64)] = 2
    hash_threads: Annotated[
        int, Setting("threads", "Passwords hashed at the same time.", least=1, most=64, reload=False)
    ] = 2
    hash_queue: Annotated[
        int,
        Setting(
            "passwords",
            "Passwords that may wait for hashing, of all networks in turn; more are refused.",
            least=1,
            most=65_536,
            reload=False,
        ),
    ] = 64
    scram_passes: Annotated[
        int,
        Setting(
            "passes",
            "Work that is put into what is kept for SCRAM-SHA-256, a log-in in which the password is not told. Whoever "
            "steals it can guess faster than at what is kept otherwise.",
            least=4096,
            most=10_000_000,
            zero="nothing is kept, and SCRAM is not offered",
        ),
    ] = 100_000
    token_idle_days: Annotated[
        int, Setting("days", "How long a device stays logged in without being used.", least=1, most=3650)
    ] = 30
    tokens_per_account: Annotated[
        int, Setting("devices", "Devices that one account may be logged in on.", least=1, most=1024)
    ] = 32


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """Guessing of passwords: past these figures, over all protocols together, a login has to wait."""

    failures_account_address: Annotated[
        int, Setting("a minute", "Failures for one account from one address.", most=100_000, zero="no bound")
    ] = 5
    failures_address: Annotated[
        int,
        Setting("a minute", "Failures from one address, whatever the account.", most=100_000, zero="no bound"),
    ] = 20
    failures_account: Annotated[
        int,
        Setting("an hour", "Failures for one account, whatever the address.", most=100_000, zero="no bound"),
    ] = 50
    delay_first: Annotated[
        float,
        Setting("seconds", "The first delay past a bound; each further one is longer.", least=0.1, most=3600),
    ] = 1.0
    delay_most: Annotated[float, Setting("seconds", "The longest delay.", least=0.1, most=DAY)] = 300.0
    remembered: Annotated[
        int,
        Setting(
            "entries",
            "Accounts and addresses whose failures are remembered; past it the oldest go.",
            least=100,
            most=10_000_000,
            reload=False,
        ),
    ] = 100_000


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes, rates and counts. Past a bound there is a named error, and nobody else notices."""

    message_bytes: Annotated[
        int, Setting("bytes", "The longest text of one message, in UTF-8.", least=64, most=MIB)
    ] = 16_384
    frame_bytes: Annotated[
        int, Setting("bytes", "The longest frame from somebody who has logged in.", least=1024, most=16 * MIB)
    ] = 65_536
    frame_bytes_before_login: Annotated[
        int, Setting("bytes", "The longest frame from somebody who has not logged in.", least=512, most=MIB)
    ] = 4096
    json_depth: Annotated[int, Setting("levels", "How deep JSON may be nested.", least=4, most=128)] = 16
    topic_bytes: Annotated[int, Setting("bytes", "The longest topic, in UTF-8.", least=16, most=64 * KIB)] = 1024
    metadata_keys: Annotated[
        int,
        Setting("keys", "What programs may note of one person, or of one channel.", least=1, most=100),
    ] = 20
    metadata_value_bytes: Annotated[
        int, Setting("bytes", "The longest value under such a key, in UTF-8.", least=16, most=300)
    ] = 200
    metadata_follows: Annotated[
        int, Setting("keys", "Keys whose changes one connection may be told of.", least=1, most=1000)
    ] = 50
    send_burst: Annotated[
        int,
        Setting(
            "messages",
            "Messages, and whatever else others read, that one person may send at once.",
            least=1,
            most=100_000,
        ),
    ] = 10
    send_rate: Annotated[
        float,
        Setting("a second", "Messages for each person after that.", least=0.01, most=100_000, zero="no bound"),
    ] = 2.0
    command_burst: Annotated[
        int,
        Setting("commands", "Commands of any kind that one connection may give at once.", least=1, most=100_000),
    ] = 40
    command_rate: Annotated[
        float,
        Setting("a second", "Commands for each connection after that.", least=0.01, most=100_000, zero="no bound"),
    ] = 20.0
    connections: Annotated[int, Setting("connections", "Connections in all.", most=1_000_000, zero="no bound")] = 20_000
    connections_address: Annotated[
        int, Setting("connections", "Connections from one address at once.", most=1_000_000, zero="no bound")
    ] = 64
    connections_address_10min: Annotated[
        int,
        Setting("connections", "New connections from one address in 10 minutes.", most=1_000_000, zero="no bound"),
    ] = 128
    exempt: Annotated[
        tuple[str, ...],
        Setting(
            "networks",
            'Networks whose connections have no rate limits, for example `["127.0.0.0/8", "::1"]`.',
            most=1024,
            form="network",
        ),
    ] = ()
    login_seconds: Annotated[
        float, Setting("seconds", "How long a connection may take to log in.", least=1, most=3600, zero="no bound")
    ] = 15.0
    idle_seconds: Annotated[
        float,
        Setting("seconds", "How long a classic connection may be silent.", least=1, most=30 * DAY, zero="no bound"),
    ] = 0.0
    stalled_seconds: Annotated[
        float,
        Setting(
            "seconds",
            "How long a reader may make no progress before it is let go.",
            least=1,
            most=3600,
            zero="no bound",
        ),
    ] = 30.0
    unsent_bytes: Annotated[
        int,
        Setting("bytes", "What may wait for one reader before its queue is dropped.", least=16 * KIB, most=GIB),
    ] = 262_144
    channels: Annotated[int, Setting("channels", "Channels in all.", least=1, most=10_000_000, zero="no bound")] = (
        10_000
    )
    channels_person: Annotated[
        int, Setting("channels", "Channels one person may be in.", least=1, most=100_000, zero="no bound")
    ] = 500
    members_channel: Annotated[
        int, Setting("people", "People in one channel.", least=2, most=1_000_000, zero="no bound")
    ] = 20_000
    search_results: Annotated[int, Setting("messages", "Results of one search.", least=1, most=10_000)] = 50
    history_page: Annotated[int, Setting("messages", "Messages in one page of history.", least=1, most=10_000)] = 200
    resume_events: Annotated[
        int,
        Setting(
            "events",
            "What one channel sends to a client that resumes; what came before is a gap.",
            least=1,
            most=10_000_000,
        ),
    ] = 10_000
    tick_commands: Annotated[
        int, Setting("commands", "Commands that are decided and committed together.", least=1, most=1_000_000)
    ] = 4096


class Channels(msgspec.Struct, frozen=True, kw_only=True):
    """Channels: who makes them and how long their messages are kept."""

    create: Annotated[
        Literal["all", "accounts", "administrators"], Setting("choice", "Who may make a new channel.")
    ] = "all"
    home: Annotated[
        str, Setting("channel", "The channel that everybody comes into.", least=1, most=64, reload=False)
    ] = "home"
    retention_days: Annotated[int, Setting("days", "How long messages are kept.", most=36_500, zero="for ever")] = 0
    history: Annotated[bool, Setting("yes or no", "Whether newcomers may read what was said before they came.")] = True


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What is done with messages, and what is kept for each person beside them."""

    edit_minutes: Annotated[
        int,
        Setting("minutes", "How long one may edit what one said.", most=5_000_000, zero="for ever"),
    ] = 1_440
    delete_minutes: Annotated[
        int,
        Setting("minutes", "How long one may delete what one said.", most=5_000_000, zero="for ever"),
    ] = 0
    emoji_message: Annotated[int, Setting("emoji", "Different reactions to one message.", least=1, most=1000)] = 50
    pins_channel: Annotated[int, Setting("messages", "Messages pinned in one channel.", least=1, most=1000)] = 100
    drafts_person: Annotated[int, Setting("drafts", "Drafts kept for one person.", least=1, most=10_000)] = 500
    follows_person: Annotated[int, Setting("threads", "Threads one person follows.", least=1, most=100_000)] = 1_000
    keywords_person: Annotated[int, Setting("words", "Words that one is notified of.", least=1, most=1000)] = 50
    ignored_person: Annotated[int, Setting("people", "People one person ignores.", least=1, most=10_000)] = 500
    reports_person: Annotated[int, Setting("reports", "Open reports of one person.", least=1, most=10_000)] = 20
    typing_seconds: Annotated[
        float,
        Setting(
            "seconds", "Between two notes that one person is typing in a channel.", least=0.5, most=60, zero="no bound"
        ),
    ] = 3.0
    guest_ban_hours: Annotated[
        int,
        Setting("hours", "How long guests from a banned guest's address stay out.", most=8_760, zero="not at all"),
    ] = 24


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """The database. That a commit is on disk before anybody hears of it is not a setting."""

    commit_timeout: Annotated[
        float,
        Setting(
            "seconds",
            "How long a commit may take before it is refused by name.",
            least=0.1,
            most=60,
            reload=False,
        ),
    ] = 5.0
    index_quiet_seconds: Annotated[
        float,
        Setting(
            "seconds",
            "How long the server must be quiet before it works on the search index.",
            most=3600,
            reload=False,
        ),
    ] = 1.0
    read_threads: Annotated[
        int,
        Setting("threads", "Reads of history and searches at the same time.", least=1, most=64, reload=False),
    ] = 2


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of one server. `Config()` is what a server without a settings file runs with."""

    server: Server = Server()
    tls: Tls = Tls()
    listen: tuple[Listener, ...] = ()
    accounts: Accounts = Accounts()
    guard: Guard = Guard()
    limits: Limits = Limits()
    channels: Channels = Channels()
    irc: Irc = Irc()
    oper: tuple[Oper, ...] = ()
    conversation: Conversation = Conversation()
    store: Store = Store()
    web_push: WebPush = WebPush()


def sections() -> tuple[Section, ...]:
    """The table: every section with its settings, in the order of declaration."""
    return sections_of(Config)


def settings() -> tuple[Setting, ...]:
    """Every setting of every section."""
    return tuple(setting for section in sections() for setting in section.settings)


def changed(old: Config, new: Config) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What SIGHUP does with a file read again: names of settings that apply now, and that need a restart."""
    now: list[str] = []
    restart: list[str] = []
    for section in sections():
        before, after = section.of(old), section.of(new)
        if section.many:
            if before != after:
                (now if all(s.reload for s in section.settings) else restart).append(section.name)
            continue
        for setting in section.settings:
            if getattr(before, setting.name) != getattr(after, setting.name):
                (now if setting.reload else restart).append(setting.key)
    return tuple(now), tuple(restart)


def reloaded(old: Config, new: Config) -> Config:
    """`old` with those settings of `new` that apply now: what a running server goes by after SIGHUP."""
    now, _restart = changed(old, new)
    for key in now:
        old = _with(old, new, key.split("."))
    return old


def _with(old: Any, new: Any, path: list[str]) -> Any:
    """`old` with what `new` has there."""
    name, *rest = path
    value = getattr(new, name)
    if rest:
        value = _with(getattr(old, name), value, rest)
    return msgspec.structs.replace(old, **{name: value})
