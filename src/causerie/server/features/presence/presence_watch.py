"""Being told when certain people come and go, wherever they are: who asks names them.

Who shares no channel with them is also told what others there are told of them: how they are present, what they want
to be shown beside their name, that a guest is an account now.

People count as here when others may see it (presence.py). A name may be watched that nobody has yet.
"""

from __future__ import annotations

from causerie.chat.bounds import WATCHED_MOST
from causerie.chat.commands import Watch
from causerie.chat.errors import BadName, TooMany
from causerie.chat.events import AboutChanged, Presence, Renamed, WatchedPresence
from causerie.chat.model import Person
from causerie.chat.names import skeleton
from causerie.chat.replies import Watching
from causerie.server.context import Context
from causerie.server.engine.passing import PutWatched
from causerie.server.engine.presence_view import Shown, visible
from causerie.server.engine.session import Session

NAME_MOST = 80


def watch(context: Context, session: Session, command: Watch) -> Watching:
    """Watch these names, or no longer; which of them are here. Raises BadName, TooMany: then none of them is added."""
    if any(not 0 < len(name) <= NAME_MOST for name in command.names):
        raise BadName(name="", why="too_long")
    named = {skeleton(name): name for name in command.names}
    known = session.watching or {}
    if command.on and command.names:
        if len(known | named) > WATCHED_MOST:
            raise TooMany(why="watched", most=WATCHED_MOST)
        context.apply(PutWatched(session.id, known | named))
        return _status(context, named)
    if command.on:
        return _status(context, known)
    dropped = named or known
    context.apply(PutWatched(session.id, {mark: name for mark, name in known.items() if mark not in dropped}))
    return Watching()


def _status(context: Context, named: dict[str, str]) -> Watching:
    here, gone = [], []
    for mark, name in named.items():
        person = context.state.people.get(context.state.names.get(mark, 0))
        if person is not None and visible(context.state, person.id):
            here.append(person.name)
        else:
            gone.append(name)
    return Watching(here=here, gone=gone)


def came(context: Context, person: Person) -> None:
    """One more of a person's connections can be seen; if it is the first, those who watch are told."""
    if context.state.watchers and len(visible(context.state, person.id)) == 1:
        _tell(context, person, True)


def went(context: Context, person: Person) -> None:
    """One fewer; the last is told."""
    if context.state.watchers and not visible(context.state, person.id):
        _tell(context, person, False)


def renamed(context: Context, was: Person, person: Person) -> None:
    """A person who is here has another name: one went, the other came, unless it is the same but for its letters."""
    if context.state.watchers and skeleton(was.name) != skeleton(person.name) and visible(context.state, person.id):
        _tell(context, was, False)
        _tell(context, person, True)


def seems(context: Context, person: Person, was: Shown | None, now: Shown | None) -> None:
    """How a person who stays here seems to others, wherever, was that and is this."""
    if context.state.watchers and was is not None and now is not None and was != now:
        changed(context, person, Presence(channel="", person=person.id, name=person.name, away=now[0], dnd=now[1]))


def changed(context: Context, person: Person, told: Presence | AboutChanged | Renamed) -> None:
    """Something about a person changed that their channels are told. Who is in one of these hears it there."""
    watching = context.state.watchers.get(skeleton(person.name))
    if not watching or not visible(context.state, person.id):
        return
    here = context.state.here
    for session in watching:
        own = session.person is not None and session.person.id == person.id
        if not own and not any(person.id in here.get(number, ()) for number in session.channels):
            context.unit.tell_one(session, told)


def _tell(context: Context, person: Person, here: bool) -> None:
    for session in context.state.watchers.get(skeleton(person.name), ()):
        told = WatchedPresence(channel="", person=person.id, name=person.name, here=here, guest=person.guest)
        context.unit.tell_one(session, told)
