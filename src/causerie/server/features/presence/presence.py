"""How people are present: away, not to be disturbed, invisible; and what others are told of it.

How they seem to others is engine/presence_view.py's. Only accounts can be invisible: a guest that nobody sees would be
a name that nobody may take.
"""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import Away, SetPresence
from causerie.chat.events import Entered, How, Left, Presence
from causerie.chat.model import ROLE_NAMES, Channel, Mode, Person, Standing
from causerie.chat.replies import Done, GoneLine
from causerie.chat.texts import check_text
from causerie.server.context import Context
from causerie.server.engine.passing import NoteDeparture, PutPresence
from causerie.server.engine.presence_view import AVAILABLE, AWAY, Shown, inside, shown, shown_anywhere, visible
from causerie.server.engine.session import Session
from causerie.server.features.presence import presence_watch
from causerie.server.ports.changes import PutSeen

AWAY_BYTES = 400

DEPARTED_MOST = 1000
"""Of people who left that are remembered."""


def hides(context: Context, session: Session, person: Person) -> bool:
    """Whether a person is invisible on every other device: they stay so when this one more connects by itself."""
    connected = context.state.connected.get(person.id, ())
    others = [own for own in connected if own is not session and not own.arriving]
    return bool(others) and all(own.mode == "invisible" for own in others)


def entered(channel: Channel, person: Person, standing: Standing, seen: Shown) -> Entered:
    """The event that says that somebody is here."""
    return Entered(
        channel=channel.name,
        person=person.id,
        name=person.name,
        guest=person.guest,
        role=ROLE_NAMES[standing.role],
        away=seen[0],
        muted_until=standing.muted_until,
        dnd=seen[1],
        voiced=standing.voiced,
    )


def left(channel: Channel, person: Person, reason: str = "", gone: bool = False, how: How = "left") -> Left:
    """The event that says that somebody is not. `how`: see Left."""
    return Left(
        channel=channel.name, person=person.id, name=person.name, guest=person.guest, gone=gone, reason=reason, how=how
    )


def tell_left(
    context: Context,
    channel: Channel,
    person: Person,
    was: Shown,
    reason: str = "",
    gone: bool = False,
    how: How = "quit",
) -> None:
    """Tell the others that a person is here no longer. Those of the person's devices that are in the channel,
    invisible, do not hear it: on them one is still here. Who becomes invisible is told of as who quits."""
    context.unit.tell(channel.id, left(channel, person, reason, gone, how))
    for own in inside(context.state, channel, person.id):
        context.unit.skip(own, channel.id)
        if was != AVAILABLE:
            context.unit.tell_one(own, _presence(channel, person, AVAILABLE))


def tell_changed(context: Context, channel: Channel, person: Person, was: Shown, now: Shown) -> None:
    """Tell a channel how somebody who is here seems now."""
    if was != now:
        context.unit.tell(channel.id, _presence(channel, person, now))


def _presence(channel: Channel, person: Person, seen: Shown) -> Presence:
    return Presence(channel=channel.name, person=person.id, name=person.name, away=seen[0], dnd=seen[1])


def away(context: Context, session: Session, command: Away) -> Done:
    """Away with a text, or back, on this device; one that is invisible or not to be disturbed stays so."""
    text = check_text(command.text, AWAY_BYTES) if command.text else ""
    _become(context, session, session.mode, text)
    return Done()


def set_presence(context: Context, session: Session, command: SetPresence) -> Done:
    """How one is present on this device. A text goes with being away, and with not to be disturbed."""
    policy.check_presence(session.require_person(), command.mode)
    text = check_text(command.text, AWAY_BYTES) if command.text else ""
    if command.mode == "away":
        _become(context, session, "online", text or AWAY)
    else:
        _become(context, session, command.mode, text if command.mode == "dnd" else "")
    return Done()


def _become(context: Context, session: Session, mode: Mode, away: str) -> None:
    person, state, unit = session.require_person(), context.state, context.unit
    places = [state.channels[number] for number in session.channels]
    before = [shown(context.state, channel, person.id) for channel in places]
    seemed = shown_anywhere(context.state, person.id)
    if session.arriving and hides(context, session, person):
        mode = "invisible"
    turned = (mode != "invisible") - (session.mode != "invisible")
    # Since when one was here in secret stays a secret.
    context.apply(PutPresence(session.id, mode, away, context.now() if turned > 0 else 0))
    for channel, was in zip(places, before, strict=True):
        now = shown(context.state, channel, person.id)
        if was is not None and now is not None:
            tell_changed(context, channel, person, was, now)
        elif was is not None:
            tell_left(context, channel, person, was)
        elif now is not None:
            standing = state.standings[channel.id][person.id]
            unit.tell(channel.id, entered(channel, person, standing, now))
    presence_watch.seems(context, person, seemed, shown_anywhere(context.state, person.id))
    if turned > 0:
        presence_watch.came(context, person)
    elif turned < 0:
        note_seen(context, person, context.now())
        presence_watch.went(context, person)


def shares_last_seen(context: Context, person: int) -> bool:
    """Whether an account lets others know when it was last here."""
    preferences = context.state.preferences.get(person)
    return preferences is not None and preferences.share_last_seen


def note_gone(context: Context, person: Person, at: int) -> None:
    """Remember that somebody left for others to see: a guest, or an account that lets others know when that was."""
    if (person.guest or shares_last_seen(context, person.id)) and not visible(context.state, person.id):
        note_departed(context, GoneLine(person.id, person.name, at, person.guest))


def note_departed(context: Context, line: GoneLine) -> None:
    """Remember this, and forget the oldest of so many."""
    context.apply(NoteDeparture(line, DEPARTED_MOST))


def departed(context: Context) -> list[GoneLine]:
    """Who left lately, the last one first: of accounts, those who let others know that now, whatever they did then."""
    people = context.state.people

    def may_be_told(line: GoneLine) -> bool:
        now = people.get(line.person)
        return shares_last_seen(context, line.person) if now is not None and not now.guest else line.guest

    return [line for _, line in sorted(context.state.departed.items(), reverse=True) if may_be_told(line)]


def note_seen(context: Context, person: Person, at: int) -> None:
    """Keep when an account was last here for others to see, if they may know it and it was just now. It is stored
    whatever becomes of the unit of work: that they left is not undone."""
    if not person.guest and shares_last_seen(context, person.id) and not visible(context.state, person.id):
        seen = PutSeen(person.id, at)
        context.apply(seen, stored=False)
        context.commit_loop.owe(seen, about=("seen", person.id))
