"""What protocols may read: committed state, the settings, the time. Nothing is changed or decided through it.

It needs no more than a State, which is a fold of changes, so that a process with a copy of the state can serve it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from causerie.chat.errors import NoSuchChannel, NoSuchPerson
from causerie.chat.model import Channel, Person, Standing
from causerie.config.settings import Config
from causerie.server.engine import presence_view
from causerie.server.engine.presence_view import Shown
from causerie.server.engine.state import State


class StateView:
    """See the module. `settings`, `push_key` (what Web Push is subscribed with; "": off): what is in force now.
    `now` is ms since 1970; `clock` is seconds, monotonic, and `started` by it."""

    def __init__(
        self,
        state: State,
        settings: Callable[[], Config],
        push_key: Callable[[], str],
        now: Callable[[], int],
        clock: Callable[[], float],
        started: float,
    ) -> None:
        self._state = state
        self.settings = settings
        self.push_key = push_key
        self.now = now
        self.clock = clock
        self.started = started

    def person(self, number: int) -> Person | None:
        """The account, or the guest while it is connected, with this id."""
        return self._state.people.get(number)

    def person_named(self, name: str) -> Person | None:
        """The same by name, however it is written."""
        try:
            return self._state.person(name)
        except NoSuchPerson:
            return None

    def connected(self) -> Collection[int]:
        """Who is connected, by id, in the order in which they came; seen by others or not."""
        return self._state.connected.keys()

    def connections(self, person: int) -> int:
        """How many connections a person has."""
        return len(self._state.connected.get(person, ()))

    def strangers(self) -> int:
        """Connections that nobody is, so far."""
        return sum(own.person is None or own.arriving for own in self._state.sessions.values())

    def shown(self, person: int) -> Shown | None:
        """How a person seems to others, wherever they are; None: not here, as far as anybody sees."""
        return presence_view.shown_anywhere(self._state, person)

    def is_here(self, person: int) -> bool:
        """Whether a person is connected, for others to see."""
        return bool(presence_view.visible(self._state, person))

    def idle(self, person: int) -> int:
        """Seconds since somebody who is here said anything."""
        return presence_view.idle(presence_view.visible(self._state, person), self.now())

    def is_administrator(self, person: int) -> bool:
        """Whether somebody has an administrator's rights, by their account or as an operator of the settings."""
        known, operators = self.person(person), self.settings().oper
        connected = self._state.connected.get(person, ())
        return known is not None and (known.admin or any(own.elevated_by in operators for own in connected))

    def about(self, person: int) -> str:
        """What somebody who is here wants to be shown beside their name."""
        return self._state.about.get(person, "")

    def notes(self, person: int) -> Mapping[str, str]:
        """What is noted of a person, by key."""
        return self._state.person_notes.get(person, {})

    def channel_id(self, name: str) -> int:
        """The id, which stays, of the channel of exactly this name, or that had it; 0: there is none."""
        return self._state.by_name.get(name) or self._state.former.get(name, 0)

    def channel_for(self, person: int, name: str) -> Channel | None:
        """The channel of this name, or that had it, however it is written, if this person (an id) may be told of it."""
        known = self.person(person)
        try:
            return self._state.channel_for(known, name) if known is not None else None
        except NoSuchChannel:
            return None

    def channels(self) -> Iterator[Channel]:
        """All of them."""
        return iter(self._state.channels.values())

    def standings(self, channel: int) -> Mapping[int, Standing]:
        """Who a channel (an id) has on record, by person; it is empty where there is no such channel."""
        return self._state.standings.get(channel, {})

    def present(self, channel: int) -> Mapping[int, int]:
        """Who is in a channel for others to see, with how many connections."""
        return self._state.here.get(channel, {})

    def share_a_channel(self, one: int, other: int) -> bool:
        """Whether a channel has both people on record."""
        places = self._state.places
        return not places.get(one, {}).keys().isdisjoint(places.get(other, {}))
