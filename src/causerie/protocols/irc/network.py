"""What all IRC connections of one server share: its names, its languages, and how people look in IRC.

Of the core's directory it reads only what is shown to everybody anyway: who a person is and who is connected.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from weakref import WeakValueDictionary

from causerie import __version__
from causerie.chat.errors import NoSuchPerson
from causerie.chat.model import ROLE_NAMES, Person
from causerie.protocols.irc.capabilities import HEARD
from causerie.protocols.irc.language import IrcLanguage, away_text
from causerie.server import who_is_here
from causerie.server.core import Core

USER = "causerie"
"""The user name of people who never gave one: other protocols have none."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Face:
    """What a person gave with USER. `tail` is what follows the nick in a source: `!user@host`."""

    user: str
    real_name: str
    tail: str


class Network:
    """See the module."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.server = core.config.irc.server_name
        self.name = core.config.irc.network.replace(" ", "-")
        self.version = __version__
        self.since = time.strftime("%a %d %b %Y at %H:%M:%S UTC", time.gmtime(core.now() / 1000))
        self.host = self.server
        """Everybody's host: nobody's address is shown."""
        self.most_people = 0
        self._nobody = Face(USER, "", f"!{USER}@{self.host}")
        self._faces: WeakValueDictionary[int, Face] = WeakValueDictionary()
        self._languages: dict[int, IrcLanguage] = {}

    @property
    def motd(self) -> list[str]:
        """The message of the day, in lines."""
        return self._core.config.irc.motd.splitlines()

    @property
    def channels_most(self) -> int:
        """Channels that one person may be in; 0: no bound."""
        return self._core.config.limits.channels_person

    def now(self) -> int:
        """Milliseconds since 1970, as the core has it."""
        return self._core.now()

    def language(self, capabilities: int) -> IrcLanguage:
        """The language of those who have these capabilities; one object for all of them."""
        heard = capabilities & HEARD
        language = self._languages.get(heard)
        if language is None:
            language = self._languages[heard] = IrcLanguage(self, heard)
        return language

    def show(self, person: int, user: str, real_name: str) -> Face:
        """What a person is shown as from now on, as long as the face is kept: by each of their connections."""
        face = self._faces.get(person)
        if face is None:
            face = self._faces[person] = Face(user, real_name, f"!{user}@{self.host}")
        return face

    def face(self, person: int) -> Face:
        """What a person is shown as."""
        return self._faces.get(person, self._nobody)

    def real_name(self, person: int, name: str) -> str:
        """A person's real name; the name where none was given."""
        return self.face(person).real_name or name

    def source(self, person: int, name: str) -> str:
        """A person as the source of a line: `nick!user@host`."""
        return name + self._faces.get(person, self._nobody).tail

    def person(self, number: int) -> Person | None:
        """The person with this id, if they are known."""
        return self._core.directory.people.get(number)

    def named(self, name: str) -> Person | None:
        """The account or guest of this name."""
        try:
            return self._core.directory.person(name)
        except NoSuchPerson:
            return None

    def is_here(self, person: Person) -> bool:
        """Whether a person is connected, for others to see."""
        return bool(who_is_here.visible(self._core, person.id))

    def away(self, person: Person) -> str:
        """Why a person is away, in their words; "" where they are not, or not here."""
        seen = who_is_here.shown_anywhere(self._core, person.id)
        return away_text(*seen) if seen is not None else ""

    def role(self, channel: str, person: int) -> str:
        """What a person is in the channel of this name; "" for nothing."""
        number = self.channel_id(channel)
        standing = self._core.directory.standing(number, person) if number else None
        return ROLE_NAMES[standing.role] if standing is not None else ""

    def channel_id(self, name: str) -> int:
        """A channel's id, which stays when its name does not; 0: there is none."""
        return self._core.directory.by_name.get(name, 0)

    def counts(self) -> tuple[int, int, int]:
        """People connected, the most there were, and channels."""
        directory = self._core.directory
        people = len(directory.connected)
        self.most_people = max(self.most_people, people)
        channels = sum(1 for channel in directory.channels.values() if channel.access == "public")
        return people, self.most_people, channels
