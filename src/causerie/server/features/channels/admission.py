"""What somebody meets who would enter a channel: gathered here, judged by policy.check_enter."""

from __future__ import annotations

from causerie.chat import policy
from causerie.chat.errors import WrongKey
from causerie.chat.masks import fits
from causerie.chat.model import Channel, Person
from causerie.server.context import Context
from causerie.server.engine.session import Session
from causerie.server.features.presence import address_bans


def check(context: Context, session: Session, channel: Channel, person: Person, key: str = "") -> None:
    """May the session's person enter the channel now, having given this key? Raises what policy.check_enter does, and
    TooManyFailures."""
    standing = context.state.standings[channel.id].get(person.id)
    entry = _UNCONDITIONAL
    if standing is None or not standing.admits:
        until = address_bans.until(context, session, channel)
        masks = context.state.masks.get(channel.id)
        if until or masks or channel.key or channel.people_most:
            lists = {mask.list for mask in masks.values() if fits(mask.mask, person)} if masks else ()
            entry = policy.EntryConditions(until, lists, key, len(context.state.here.get(channel.id, ())))
    now = context.now() if entry.address_until else 0
    if not (channel.key and entry.key):
        policy.check_enter(channel, person, standing, entry, now)
        return
    # A key is guessed at as a password is. Nobody else is kept out by who guesses, but from the same address.
    guessed, throttle = f"key {channel.id}", context.login_throttle
    throttle.check(guessed, session.host, True, context.clock())
    try:
        policy.check_enter(channel, person, standing, entry, now)
    except WrongKey:
        throttle.failed(guessed, session.host, context.clock())
        raise


_UNCONDITIONAL = policy.EntryConditions()
