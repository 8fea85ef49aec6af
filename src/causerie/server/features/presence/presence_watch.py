"""Being told when certain people come and go, wherever they are: who asks names them.

Who shares no channel with them is also told what others there are told of them: how they are present, what they want
to be shown beside their name, that a guest is an account now.

People count as here when others may see it (presence.py). A name may be watched that nobody has yet.
"""

from __future__ import annotations

from collections.abc import Iterable

from causerie.chat.commands import Watch
from causerie.chat.errors import BadName, TooMany
from causerie.chat.events import Described, Presence, Renamed, Watched
from causerie.chat.model import Person
from causerie.chat.names import skeleton
from causerie.chat.replies import Watching
from causerie.server.context import Core
from causerie.server.engine.session import Session

Shown = tuple[str, bool]
"""See who_is_here.Shown."""

NAME_MOST = 80

WATCHED_MOST = 100
"""Names that one connection may watch."""


def watch(core: Core, session: Session, command: Watch) -> Watching:
    """Watch these names, or no longer; which of them are here. Raises BadName, TooMany: then none of them is added."""
    if any(not 0 < len(name) <= NAME_MOST for name in command.names):
        raise BadName(name="", why="too_long")
    named = {skeleton(name): name for name in command.names}
    known = session.watching or {}
    if command.on and command.names:
        if len(known | named) > WATCHED_MOST:
            raise TooMany(why="watched", most=WATCHED_MOST)
        core.tick.set(session, "watching", known | named)
        for mark in named:
            if (watchers := core.watchers.get(mark)) is None:
                core.tick.put(core.watchers, mark, {session: True})
            else:
                core.tick.put(watchers, session, True)
        return _status(core, named)
    if command.on:
        return _status(core, known)
    _forget(core, session, named or known)
    return Watching()


def _status(core: Core, named: dict[str, str]) -> Watching:
    here, gone = [], []
    for mark, name in named.items():
        person = core.directory.people.get(core.directory.names.get(mark, 0))
        if person is not None and _visible(core, person):
            here.append(person.name)
        else:
            gone.append(name)
    return Watching(here=here, gone=gone)


def _visible(core: Core, person: Person) -> int:
    return sum(own.mode != "invisible" for own in core.directory.connected.get(person.id, ()))


def _forget(core: Core, session: Session, marks: Iterable[str]) -> None:
    known, dropped = session.watching or {}, frozenset(marks)
    for mark in dropped & known.keys():
        core.tick.drop(core.watchers[mark], session)
        if not core.watchers[mark]:
            core.tick.drop(core.watchers, mark)
    core.tick.set(session, "watching", {mark: name for mark, name in known.items() if mark not in dropped} or None)


def forget(core: Core, session: Session) -> None:
    """The connection is gone, and watches nobody."""
    if session.watching is not None:
        _forget(core, session, session.watching)


def came(core: Core, person: Person) -> None:
    """One more of a person's connections can be seen; if it is the first, those who watch are told."""
    if core.watchers and _visible(core, person) == 1:
        _tell(core, person, True)


def went(core: Core, person: Person) -> None:
    """One fewer; the last is told."""
    if core.watchers and not _visible(core, person):
        _tell(core, person, False)


def renamed(core: Core, was: Person, person: Person) -> None:
    """A person who is here has another name: one went, the other came, unless it is the same but for its letters."""
    if core.watchers and skeleton(was.name) != skeleton(person.name) and _visible(core, person):
        _tell(core, was, False)
        _tell(core, person, True)


def seems(core: Core, person: Person, was: Shown | None, now: Shown | None) -> None:
    """How a person who stays here seems to others, wherever, was that and is this."""
    if core.watchers and was is not None and now is not None and was != now:
        changed(core, person, Presence(channel="", person=person.id, name=person.name, away=now[0], dnd=now[1]))


def changed(core: Core, person: Person, told: Presence | Described | Renamed) -> None:
    """Something about a person changed that their channels are told. Who is in one of these hears it there."""
    watching = core.watchers.get(skeleton(person.name))
    if not watching or not _visible(core, person):
        return
    here = core.directory.here
    for session in watching:
        own = session.person is not None and session.person.id == person.id
        if not own and not any(person.id in here.get(number, ()) for number in session.channels):
            core.tick.tell_one(session, told)


def _tell(core: Core, person: Person, here: bool) -> None:
    for session in core.watchers.get(skeleton(person.name), ()):
        told = Watched(channel="", person=person.id, name=person.name, here=here, guest=person.guest)
        core.tick.tell_one(session, told)
