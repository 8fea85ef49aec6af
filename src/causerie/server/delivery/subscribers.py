"""The subscribers of a channel, grouped by event encoder: each is written the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from causerie.server.delivery.batch_sender import BatchSender, DirectSocket, Places
from causerie.server.engine.session import EventEncoder, Session

Write = Callable[[bytes], None]


class Group:
    """Those of one language who hear a channel: by the system's own send where that will do, or by their outlet."""

    __slots__ = ("_closed", "_places", "_post", "_rows", "direct", "through")

    def __init__(self, batch_sender: BatchSender) -> None:
        self.direct: dict[Session, DirectSocket] = {}
        self.through: dict[Session, Write] = {}
        self._post = batch_sender
        self._rows: bytes | None = None
        self._closed = 0
        self._places: Places = {}

    def __len__(self) -> int:
        return len(self.direct) + len(self.through)

    def __contains__(self, session: Session) -> bool:
        return session in self.direct or session in self.through

    def add(self, session: Session) -> None:
        """From now on this session is told, by the way that is open to it now."""
        self._rows = None
        own = self._post.sockets.get(session)
        if own is None:
            self.direct.pop(session, None)
            self.through[session] = session.outlet.write
        else:
            self.through.pop(session, None)
            self.direct[session] = own

    def remove(self, session: Session) -> None:
        """From now on it is not."""
        self._rows = None
        self.direct.pop(session, None)
        self.through.pop(session, None)

    def write(self, data: bytes, but: Collection[Session] = ()) -> int:
        """To each `but` these the same bytes; to how many. Nobody's trouble is another's: what the system does not take
        waits in the outlet."""
        # Before the first send: one that the system does not take moves its session here.
        through = self.through.copy()
        for session in but:
            through.pop(session, None)
        sent = self._put(data, but) if self._post.takes(len(self.direct), len(data)) else self._send_each(data, but)
        for write in through.values():
            # A connection may have closed since this turn of the loop began; uvloop then raises.
            try:  # noqa: SIM105 - a `with` would cost more than the rest of the loop
                write(data)
            except RuntimeError:
                pass
        return sent + len(through)

    def _send_each(self, data: bytes, but: Collection[Session]) -> int:
        self._post.flush()
        size = len(data)
        direct = self.direct.copy()
        for session in but:
            direct.pop(session, None)
        for own in direct.values():
            try:
                sent = own.send(data)
            except OSError:
                sent = 0  # its buffer is full, or it is gone, which the transport finds out as it tries
            if sent != size:
                own.wait(data[sent:])
        return len(direct)

    def _put(self, data: bytes, but: Collection[Session]) -> int:
        rows, places = self._seated()
        without = sorted([places[self.direct[session].descriptor][0] for session in but if session in self.direct])
        self._post.put(rows, places, without, data)
        return len(places) - len(without)

    def _seated(self) -> tuple[bytes, Places]:
        """The rows of those who are sent to directly, and whose they are."""
        if self._rows is None or self._closed != self._post.closed:
            self._places = {own.descriptor: (place, own) for place, own in enumerate(self.direct.values())}
            self._rows, self._closed = self._post.rows(self._places), self._post.closed
        return self._rows, self._places

    def owed(self) -> bool:
        """Whether something waits in the post for one of these."""
        return self._post.owes(self._seated()[1])


class Subscribers:
    """Who hears one channel, by language. `number`: the last event that was told, `said`: the messages by then."""

    __slots__ = ("_post", "groups", "number", "said")

    def __init__(self, batch_sender: BatchSender) -> None:
        self._post = batch_sender
        self.groups: dict[EventEncoder, Group] = {}
        self.number = 0
        self.said = 0

    def __len__(self) -> int:
        return sum(map(len, self.groups.values()))

    def add(self, session: Session) -> None:
        """From now on this session is told."""
        encoder = session.outlet.encoder
        group = self.groups.get(encoder)
        if group is None:
            group = self.groups[encoder] = Group(self._post)
        group.add(session)

    def remove(self, session: Session) -> None:
        """From now on it is not."""
        encoder = session.outlet.encoder
        group = self.groups.get(encoder)
        if group is not None:
            group.remove(session)
            if not group:
                del self.groups[encoder]

    def change(self, session: Session, before: EventEncoder) -> None:
        """From now on it is told in another language than before, if it is told at all."""
        group = self.groups.get(before)
        if group is not None and session in group:
            group.remove(session)
            if not group:
                del self.groups[before]
            self.add(session)

    def moved(self, session: Session) -> None:
        """The way to it is another one."""
        group = self.groups.get(session.outlet.encoder)
        if group is not None and session in group:
            group.add(session)
