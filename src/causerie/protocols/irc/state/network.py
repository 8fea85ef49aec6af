"""What all IRC connections of one server share: its names, its languages, and how people look in IRC.

Of the core's directory it reads only what is shown to everybody anyway: who a person is and who is connected.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from weakref import ref

from causerie import __version__
from causerie.chat.errors import BadName, NoSuchChannel, NoSuchPerson
from causerie.chat.masks import matches
from causerie.chat.metadata import KEY_BYTES
from causerie.chat.model import ROLE_NAMES, Channel, Person
from causerie.chat.names import channel_name, fold
from causerie.chat.policy import may_be_told_of
from causerie.config.settings import Config, Limits
from causerie.protocols.irc.messages.event_encoder import IrcLanguage
from causerie.protocols.irc.messages.line_encoder import away_text
from causerie.protocols.irc.state import names_reply
from causerie.protocols.irc.state.counts import Counts
from causerie.protocols.irc.state.greeting import Greeting
from causerie.protocols.irc.syntax.capabilities import BATCH, HEARD, MULTILINE, OFFERED, VALUES
from causerie.protocols.irc.syntax.line_splitting import LINES_MOST
from causerie.server.context import Context
from causerie.server.elevation import is_elevated
from causerie.server.features.presence import presence
from causerie.server.features.presence.people import idle

USER = "causerie"
"""The user name of people who never gave one: other protocols have none."""


GUEST = "guest"
"""What a guest's host begins with."""

SHOWN_MOST = 1000
"""Of people who may be gone, whose user and real name are remembered."""

EXACT_MOST = 100
"""Up to so many people are counted anew each time."""

COUNTED_A_SECOND = 4_000
"""Of more, so many a second at most: it takes about 1 % of a processor, however many come in."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Face:
    """What a person gave with USER. `tails`: what follows the nick in a source, `!user@host`, of an account and of a
    guest. `modes`: see umodes.py."""

    user: str
    real_name: str
    tails: tuple[str, str]
    modes: set[str] = field(default_factory=set)


class Network:
    """See the module."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.server = context.config.irc.server_name
        self.name = context.config.irc.network.replace(" ", "-")
        self.version = __version__
        self.casemapping = context.config.irc.casemapping
        self.since = time.strftime("%a %d %b %Y at %H:%M:%S UTC", time.gmtime(context.now() / 1000))
        self.hosts = self.server, f"{GUEST}.{self.server}"
        """The host of every account, and of every guest: nobody's address is shown."""
        self.most_people = 0
        self._nobody = self._face(USER, "")
        # A WeakValueDictionary's `get` would cost as much as the rest of a line.
        self._faces: dict[int, ref[Face]] = {}
        self._was_shown: dict[int, tuple[str, str]] = {}
        self.greeting = Greeting()
        self._counted: tuple[float, Counts] | None = None
        self._languages: dict[int, IrcLanguage] = {}

    @property
    def config(self) -> Config:
        """The settings in force; another object when they change."""
        return self._context.config

    @property
    def motd(self) -> list[str]:
        """The message of the day, in lines."""
        return self._context.config.irc.motd.splitlines()

    @property
    def channels_most(self) -> int:
        """Channels that one person may be in; 0: no bound."""
        return self._context.config.limits.channels_person

    def sts(self, secure: bool) -> str:
        """The policy that clients are told to come by TLS only (IRCv3 sts); "" for none."""
        irc = self._context.config.irc
        port = next((one.port for one in irc.listen if one.tls and not one.websocket), 0)
        if not irc.sts_days or not port:
            return ""
        return f"duration={irc.sts_days * 86_400:.0f}" if secure else f"port={port}"

    def now(self) -> int:
        """Milliseconds since 1970, as the core has it."""
        return self._context.now()

    def encoder(self, capabilities: int) -> IrcLanguage:
        """The language of those who have these capabilities; one object for all of them."""
        heard = capabilities & HEARD
        if not capabilities & BATCH:
            heard &= ~MULTILINE
        encoder = self._languages.get(heard)
        if encoder is None:
            encoder = self._languages[heard] = IrcLanguage(self, heard)
        return encoder

    def show(self, person: int, user: str, real_name: str) -> Face:
        """What a person is shown as from now on, as long as the face is kept: by each of their connections."""
        face = self._kept_face(person)
        elsewhere = len(self._context.state.connected.get(person, ())) > 1
        if face is None or not elsewhere:
            if elsewhere:
                # Somebody who is here has a user name already, and keeps it.
                user = self.was_shown(person)[0]
            face = self._face(user, real_name)
            self._faces[person] = ref(face, lambda gone: self._unshown(person, gone))
            self._was_shown[person] = user, real_name
            if len(self._was_shown) > SHOWN_MOST:
                del self._was_shown[next(iter(self._was_shown))]
        return face

    def was_shown(self, person: int) -> tuple[str, str]:
        """The user and the real name of somebody who may be gone; the last ones are remembered."""
        return self._was_shown.get(person, (USER, ""))

    def face(self, person: int) -> Face:
        """What a person is shown as."""
        face = self._kept_face(person)
        if face is None and person in self._was_shown:
            user, real_name = self._was_shown[person]
            return self._face(user, real_name)
        return face or self._nobody

    def _face(self, user: str, real_name: str) -> Face:
        account, guest = self.hosts
        return Face(user, real_name, (f"!{user}@{account}", f"!{user}@{guest}"))

    def is_guest(self, person: int) -> bool:
        """Whether a person is no account: guests who left are known no longer."""
        known = self._context.state.people.get(person)
        return known is None or known.guest

    def host(self, person: int) -> str:
        """What is shown as a person's host."""
        return self.hosts[self.is_guest(person)]

    def _kept_face(self, person: int) -> Face | None:
        kept = self._faces.get(person)
        return kept() if kept is not None else None

    def _unshown(self, person: int, gone: ref[Face]) -> None:
        if self._faces.get(person) is gone:
            del self._faces[person]

    def notes(self, person: int) -> dict[str, str]:
        """What is noted of a person, by key."""
        return self._context.state.person_notes.get(person, {})

    def people_in(self, channel: str) -> int:
        """How many are in the channel of this name."""
        return len(self._context.state.here.get(self.channel_id(channel), ()))

    def real_name(self, person: int, name: str) -> str:
        """A person's real name, as they have it now; the name where none was given."""
        return self._context.state.about.get(person) or self.face(person).real_name or name

    def source(self, person: int, name: str) -> str:
        """A person as the source of a line: `nick!user@host`."""
        return name + self.face(person).tails[self.is_guest(person)]

    def source_as_guest(self, person: int, name: str) -> str:
        """The same of somebody who was a guest until now."""
        return name + self.face(person).tails[True]

    def person(self, number: int) -> Person | None:
        """The person with this id, if they are known."""
        return self._context.state.people.get(number)

    def named(self, name: str) -> Person | None:
        """The account or guest of this name."""
        try:
            return self._context.state.person(name)
        except NoSuchPerson:
            return None

    def is_here(self, person: Person) -> bool:
        """Whether a person is connected, for others to see."""
        return bool(presence.visible(self._context, person.id))

    def away(self, person: Person) -> str:
        """Why a person is away, in their words; "" where they are not, or not here."""
        seen = presence.shown_anywhere(self._context, person.id)
        return away_text(*seen) if seen is not None else ""

    def role(self, channel: str, person: int) -> str:
        """What a person is in the channel of this name; "" for nothing."""
        number = self.channel_id(channel)
        standing = self._context.state.standing(number, person) if number else None
        return ROLE_NAMES[standing.role] if standing is not None else ""

    def conversation(self, person: int, nick: str) -> str:
        """The name of the direct conversation of a person with who has this nick, whether there is one or not; "" where
        nobody has it."""
        other = self.named(nick)
        if other is None:
            return ""
        return "@" + "+".join(f"{number:x}" for number in sorted({person, other.id}))

    def number_of(self, message_id: str, channel: str) -> int:
        """The number that a `msgid` stands for in the channel of this name; 0: it is none of that channel's."""
        place, _, number = message_id.partition("-")
        own = self.knows(channel)
        if not own or place != f"{own:x}" or not number.isdecimal() or not number.isascii() or len(number) > 15:
            return 0
        return int(number)

    def knows(self, channel: str) -> int:
        """The id of the channel of this name, however it is written; 0: there is none."""
        try:
            return self._context.state.channel(channel).id
        except NoSuchChannel:
            return 0

    @property
    def replay(self) -> int:
        """Messages that a client is told which comes in and cannot ask for them."""
        return self._context.config.irc.replay

    @property
    def history_most(self) -> int:
        """Messages in one answer of CHATHISTORY."""
        return self._context.config.limits.history_page

    @property
    def limits(self) -> Limits:
        """The bounds that the settings have."""
        return self._context.config.limits

    @property
    def message_bytes(self) -> int:
        """The longest text of a message."""
        return self._context.config.limits.message_bytes

    def made_at(self, channel: str) -> int:
        """When the channel of this name was made (ms); 0: there is none."""
        number = self.channel_id(channel)
        return self._context.state.channels[number].made_at if number else 0

    def channel_id(self, name: str) -> int:
        """A channel's id, which stays when its name does not; 0: there is none."""
        return self._context.state.by_name.get(name) or self._context.state.former.get(name, 0)

    def place(self, name: str) -> Channel | None:
        """The channel of this name, or that had it."""
        return self._context.state.channels.get(self.channel_id(name))

    def renamed(self, name: str, person: int) -> str:
        """What the channel is called that was called so, however it is written; "": nothing is that this person (an id)
        may be told of."""
        state = self._context.state
        if not state.former:
            return ""
        try:
            number = state.former.get(channel_name(name), 0)
        except BadName:
            return ""
        if not number or not may_be_told_of(state.channels[number], state.standing(number, person)):
            return ""
        return state.channels[number].name

    @property
    def admin(self) -> list[str]:
        """Who keeps the server, in lines."""
        return self._context.config.irc.admin.splitlines()

    @property
    def description(self) -> str:
        """What the server is, in one line."""
        irc = self._context.config.irc
        return irc.description or irc.network

    @property
    def operators(self) -> list[str]:
        """The names that the settings have for OPER."""
        return [one.name for one in self._context.config.oper]

    @property
    def wants_password(self) -> bool:
        """Whether every client must give the server's own password."""
        return bool(self._context.config.irc.password)

    def mechanisms(self, certificate: str = "") -> tuple[str, ...]:
        """Of SASL. `certificate`: the client's, without which EXTERNAL is nothing."""
        scram, external = bool(self._context.hashing.scram_passes), bool(certificate)
        return ("PLAIN", *["SCRAM-SHA-256"] * scram, *["EXTERNAL"] * external)

    def offers(self, certificate: str = "") -> dict[str, str]:
        """The capabilities on offer, each with what is said of it."""
        lines = f"max-bytes={self.message_bytes},max-lines={LINES_MOST}"
        limits = self.limits
        bounds = (
            f"before-connect,max-subs={limits.metadata_follows},max-keys={limits.metadata_keys},max-key-bytes={KEY_BYTES},"
            f"max-value-bytes={limits.metadata_value_bytes}"
        )
        values = {
            "draft/metadata-2": bounds,
            "draft/metadata-3": bounds,
            **VALUES,
            "sasl": ",".join(self.mechanisms(certificate)),
            "draft/multiline": lines,
        }
        without = {"draft/account-registration"} if self._context.config.accounts.registration == "closed" else set()
        if not self.push_key:
            without |= {"draft/webpush", "soju.im/webpush"}
        return {name: values.get(name, "") for name in OFFERED if name not in without}

    @property
    def push_key(self) -> str:
        """What Web Push is subscribed with; "" where there is none."""
        return self._context.push_key

    def up_seconds(self) -> int:
        """Since the start."""
        return int(self._context.clock() - self._context.started)

    def is_me(self, asked: str) -> bool:
        """Whether a query that names a server, or somebody on it, means this one."""
        return matches(fold(asked), fold(self.server)) or self.named(asked) is not None

    def shown(self, name: str) -> str:
        """A person of this name as `nick!user@host`."""
        person = self.named(name)
        return self.source(person.id, person.name) if person is not None else name

    def is_operator(self, person: int) -> bool:
        """Whether somebody has an administrator's rights, for good or for now."""
        known = self.person(person)
        connected = self._context.state.connected.get(person, ())
        return known is not None and (known.admin or any(is_elevated(self._context, own) for own in connected))

    def user_modes(self, person: Person) -> str:
        """A person's modes, in order."""
        own = "o" if self.is_operator(person.id) else ""
        return "".join(sorted([*self.face(person.id).modes, own, "" if person.guest else "r"]))

    def idle(self, person: int) -> int:
        """Seconds since somebody said anything."""
        return idle(self._context, presence.visible(self._context, person))

    def everybody(self) -> Iterator[Person]:
        """Who is here, for others to see."""
        state = self._context.state
        for number in tuple(state.connected):
            if presence.visible(self._context, number):
                yield state.people[number]

    def roll(self, channel: str, asker: int, every: bool, hosts: bool, room: int) -> list[str]:
        """Who is in the channel of this name, in lines of so many bytes: see names_reply.py."""
        number = self.channel_id(channel)
        if not number:
            return []
        source = self.source if hosts else None
        return names_reply.roll(
            self._context, number, asker, every, source, lambda one: "i" in self.face(one).modes, room
        )

    def together(self, one: int, other: int) -> bool:
        """Whether two people are in one channel."""
        places = self._context.state.places
        return not places.get(one, {}).keys().isdisjoint(places.get(other, {}))

    def counts(self) -> Counts:
        """How many there are of all. Where they are many, as it was a moment ago: see COUNTED_A_SECOND."""
        state, now = self._context.state, self._context.clock()
        people = len(state.connected)
        if self._counted is not None and people > EXACT_MOST and now - self._counted[0] < people / COUNTED_A_SECOND:
            return self._counted[1]
        here = list(self.everybody())
        self.most_people = max(self.most_people, len(here))
        counts = Counts(
            people=len(here),
            most=self.most_people,
            hidden=sum("i" in self.face(person.id).modes for person in here),
            operators=sum(self.is_operator(person.id) for person in here),
            unknown=sum(own.person is None or own.arriving for own in self._context.sessions),
            channels=sum(channel.access == "public" for channel in state.channels.values()),
        )
        self._counted = now, counts
        return counts
