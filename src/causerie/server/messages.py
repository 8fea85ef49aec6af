"""Saying something in a channel."""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.commands import Send
from causerie.chat.errors import BadInput, TooFast
from causerie.chat.texts import check_text
from causerie.server.core import Core
from causerie.server.limits import Bucket
from causerie.server.session import Session
from causerie.server.store import Append, PutPerson

KEY_MOST = 64


def send(core: Core, session: Session, command: Send) -> Append:
    """Check all that can refuse it, then put it in the tick; its acknowledgement is the Append itself."""
    person = session.person
    assert person is not None
    directory = core.directory
    number = directory.by_name.get(command.channel)
    channel = directory.channels[number] if number is not None else directory.channel(command.channel)
    tick = core.turns.tick
    now = tick.at
    if not now:
        # One clock reading serves all that is committed together.
        now = tick.at = core.now()
    policy.check_send(channel, person, directory.standings[channel.id].get(person.id), now)
    text = check_text(command.text, core.config.limits.message_bytes)
    key = command.key
    if key and (len(key) > KEY_MOST or not key.isprintable() or not key.isascii()):
        raise BadInput(why="key", most=KEY_MOST)
    if not session.exempt:
        spend(core, person.id)
    if person.guest and person.id not in directory.kept_guests:
        keep_guest(core, session)
    append = Append(channel, "message", now, person, text, key, "")
    tick.append(append)
    return append


def spend(core: Core, person: int) -> None:
    """Take one message from what a person may send, over all their connections. Raises TooFast."""
    limits = core.config.limits
    if not limits.send_rate:
        return
    bucket = core.buckets.get(person)
    now = core.clock()
    if bucket is None:
        bucket = core.buckets[person] = Bucket(limits.send_burst, limits.send_rate, now)
    if wait := bucket.spend(now):
        raise TooFast(retry_after=round(wait + 0.05, 1))


def keep_guest(core: Core, session: Session) -> None:
    """A guest is kept from the first thing on that must outlive its connection."""
    person = session.person
    assert person is not None
    if person.id not in core.directory.kept_guests:
        core.tick.put(core.directory.kept_guests, person.id, True)
        core.tick.store(PutPerson(person, ""))
