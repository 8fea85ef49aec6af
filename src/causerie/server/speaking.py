"""What all pass who say something: the measure of how much, and guests being kept from then on."""

from __future__ import annotations

from causerie.chat.errors import TooFast
from causerie.server.changes import PutPerson
from causerie.server.core import Core
from causerie.server.limits import Bucket
from causerie.server.session import Session


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
