"""The send quota: how many messages, and other words to others, a person may send.

Which commands do is a column of dispatch's table: `nothing`, `words`, `reason`, `text`, or `counted_inside`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from causerie.chat.commands import Away, Command, Leave, SetPresence
from causerie.chat.errors import TooFast
from causerie.server.context import Context
from causerie.server.engine.rate_limits import Bucket, network_of
from causerie.server.engine.session import Session
from causerie.server.ports.changes import PutPerson

NETWORKS_MOST, GUESTS_MOST = 10_000, 128
"""Networks from which guests left who had spent some of their quota, and guests of each; the oldest are forgotten."""

Brings = Callable[[Any], bool]
"""Whether a command brings words to others, so that it costs a message."""


def nothing(command: Command) -> bool:
    """Nobody else is told, or only who comes, goes or is typing."""
    return False


def words(command: Command) -> bool:
    """Others read something for each of these: a text, a name, a picture, or what somebody did to somebody."""
    return True


def reason(command: Leave) -> bool:
    """Others are told the reason, if there is one."""
    return bool(command.reason)


def text(command: Away | SetPresence) -> bool:
    """Others are told the text, if there is one."""
    return bool(command.text)


def counted_inside(command: Command) -> bool:
    """The use case calls `spend`, or asks `affords`: only it knows whether there is anything to tell."""
    return False


def spend(context: Context, session: Session) -> None:
    """Take one message from what a session's person may send, over all their connections. Raises TooFast."""
    if wait := _wait(context, session):
        raise TooFast(retry_after=round(wait + 0.05, 1))


def give_back(context: Context, session: Session) -> None:
    """The command, which was paid for, changed nothing, so that nobody is told: it costs nothing."""
    if session.person is not None and not session.exempt and (bucket := context.state.buckets.get(session.person.id)):
        bucket.give_back()


def affords(context: Context, session: Session) -> bool:
    """The same for words that are left out rather than refused: whether they may be said; then they are paid for."""
    return not _wait(context, session)


def _wait(context: Context, session: Session) -> float:
    person, limits = session.person, context.config.limits
    if person is None or session.exempt or not limits.send_rate:
        return 0.0
    bucket = context.state.buckets.get(person.id)
    now = context.clock()
    if bucket is None:
        bucket = _of_departed_guest(context, session) if person.guest else None
        bucket = bucket or Bucket(limits.send_burst, limits.send_rate, now)
        context.state.buckets[person.id] = bucket
    return bucket.spend(now)


def leave_behind(context: Context, session: Session) -> None:
    """A guest is about to be forgotten: what it has spent waits for the next guest of its network, who may be the same
    one under another name. Nothing undoes that, as nothing undoes what was spent."""
    person, departed, now = session.person, context.departed_quotas, context.clock()
    if person is None or session.exempt or (bucket := context.state.buckets.get(person.id)) is None or bucket.full(now):
        return
    network = network_of(session.host)
    guests = departed.pop(network, {})
    departed[network] = {number: one for number, one in guests.items() if not one.full(now)} | {person.id: bucket}
    if len(departed[network]) > GUESTS_MOST:
        del departed[network][next(iter(departed[network]))]
    if len(departed) > NETWORKS_MOST:
        del departed[next(iter(departed))]


def _of_departed_guest(context: Context, session: Session) -> Bucket | None:
    """The quota of the guest of this network who left last, which is now this guest's."""
    network = network_of(session.host)
    guests = context.departed_quotas.get(network)
    if not guests:
        return None
    _, bucket = guests.popitem()
    if not guests:
        del context.departed_quotas[network]
    return bucket


def keep_guest(context: Context, session: Session) -> None:
    """If the session's person is a guest: it is kept from now on, since what it does must outlive its connection."""
    person = session.person
    if person is not None and person.guest and person.id not in context.state.kept_guests:
        context.apply(PutPerson(person, ""))
