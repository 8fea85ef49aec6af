"""What the server knows by heart: people, channels, standings, invites, and who is where.

It is read everywhere and changed only through a unit of work, so that what was not committed can be taken back. Guests
are in it while they are connected.
"""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.errors import BadName, NoSuchChannel, NoSuchPerson
from causerie.chat.model import Channel, Invite, Mask, Person, Preferences, Standing, Subscription
from causerie.chat.names import channel_name, skeleton
from causerie.server.engine.session import Session
from causerie.server.ports.store import Loaded


class State:
    """Dictionaries, and look-ups that raise what a person is told.

    `names`: a person's id by the skeleton of the name. `standings`: by channel, then person. `places`: the channels a
    person stands in. `pins`: each channel's pinned messages, the first pinned first, with when that was (ms; 0: before
    the server started). `masks`: of each channel, by their list and themselves. `here`: for each channel, how many
    connections each person has in it. `about`: what people want to be shown beside their names, while they are here.
    `former`: the names that channels had, which are no other's. `channel_notes`, `person_notes`: metadata.py's, by key.
    `subscriptions`: a person's, by their endpoint.
    `banned_guests`: who is gone and was banned somewhere, so that moderators still see by which name.
    `connected`: a person's sessions, in the order in which they came.
    """

    def __init__(self, loaded: Loaded) -> None:
        self.people: dict[int, Person] = {person.id: person for person in loaded.people}
        self.names: dict[str, int] = {skeleton(person.name): person.id for person in loaded.people}
        self.kept_guests: dict[int, bool] = {}
        self.banned_guests: dict[int, Person] = {}
        self.channels: dict[int, Channel] = {channel.id: channel for channel in loaded.channels}
        self.by_name: dict[str, int] = {channel.name: channel.id for channel in loaded.channels}
        self.standings: dict[int, dict[int, Standing]] = {channel.id: {} for channel in loaded.channels}
        self.places: dict[int, dict[int, Standing]] = {}
        for channel, person, standing in loaded.standings:
            self.standings[channel][person] = standing
            self.places.setdefault(person, {})[channel] = standing
        self.invites: dict[int, Invite] = {invite.id: invite for invite in loaded.invites}
        self.pins: dict[int, dict[int, int]] = {}
        for channel, number in loaded.pins:
            self.pins.setdefault(channel, {})[number] = 0
        self.seen: dict[int, int] = dict(loaded.seen)
        self.address_bans = {(ban.channel, ban.host): ban for ban in loaded.address_bans}
        self.masks: dict[int, dict[tuple[str, str], Mask]] = {}
        for mask in loaded.masks:
            self.masks.setdefault(mask.channel, {})[mask.list, mask.mask] = mask
        self.preferences: dict[int, Preferences] = dict(loaded.preferences)
        self.subscriptions: dict[int, dict[str, Subscription]] = {}
        for one in loaded.subscriptions:
            self.subscriptions.setdefault(one.person, {})[one.endpoint] = one
        self.former: dict[str, int] = dict(loaded.former_names)
        self.channel_notes: dict[int, dict[str, str]] = {}
        self.person_notes: dict[int, dict[str, str]] = {}
        for note in loaded.metadata:
            notes = self.channel_notes if note.channel else self.person_notes
            notes.setdefault(note.channel or note.person, {})[note.key] = note.value
        self.here: dict[int, dict[int, int]] = {}
        self.about: dict[int, str] = {}
        self.connected: dict[int, dict[Session, bool]] = {}

    def channel(self, name: str) -> Channel:
        """The channel of this name, or that had it. Raises NoSuchChannel."""
        number = self.by_name.get(name)
        if number is None:
            try:
                folded = channel_name(name)
                number = self.by_name.get(folded) or self.former.get(folded)
            except BadName:
                number = None
            if number is None:
                raise NoSuchChannel(channel=name[:80])
        return self.channels[number]

    def channel_for(self, person: Person, name: str) -> Channel:
        """The same, if this person may be told that there is one. Raises NoSuchChannel, which does not tell a channel
        that is not for them from one that there is not."""
        channel = self.channel(name)
        if not policy.may_be_told_of(channel, self.standings[channel.id].get(person.id)):
            raise NoSuchChannel(channel=name[:80])
        return channel

    def person(self, name: str) -> Person:
        """The account or connected guest of this name, however it is written. Raises NoSuchPerson."""
        number = self.names.get(skeleton(name)) if len(name) <= 80 else None
        if number is None:
            raise NoSuchPerson(name=name[:80])
        return self.people[number]

    def account(self, name: str) -> Person:
        """The account of this name. Raises NoSuchPerson."""
        person = self.person(name)
        if person.guest:
            raise NoSuchPerson(name=name[:80])
        return person

    def standing(self, channel: int, person: int) -> Standing | None:
        """How a person stands in a channel."""
        return self.standings[channel].get(person)
