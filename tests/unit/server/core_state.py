"""All that a core holds that a command may change, as plain values that can be compared: before and after an undo."""

from __future__ import annotations

from typing import Any

from causerie.server.context import Context
from causerie.server.engine.cached_message import CachedMessage
from causerie.server.engine.session import Session

ORDERED = ("connected", "masks", "pins", "subscriptions")
"""Of the state: dictionaries whose order counts."""

_PASSING = ("bucket", "flooding", "outlet", "private_events", "scram")
"""Of a session: what was spent, counted and begun stays so, whatever is undone."""

_CACHES = ("drafted", "remembered", "reports")
"""What is read from the store when it is first asked for."""


def state_of(context: Context) -> dict[str, Any]:
    """Everything but what was spent, counted and begun (buckets, the guard, hashing), which stays so."""
    state: dict[str, Any] = {name: _plain(value) for name, value in vars(context.state).items()}
    for name in ORDERED:
        state[name] = {key: list(_plain(inner).items()) for key, inner in getattr(context.state, name).items()}
    state["lagging"] = _plain(context.lagging)
    state["buckets"] = set(context.state.buckets)
    state["remembered"] = {key: _fields(message, ()) for key, message in context.state.remembered.items()}
    state["audiences"] = {
        channel: (subscribers.number, subscribers.said, {id(one) for group in subscribers.groups.values() for one in
                                                   (*group.direct, *group.through)})
        for channel, subscribers in context.fanout.subscribers_of.items()
    }  # fmt: skip
    state["session"] = {id(session): _fields(session, _PASSING) for session in context.sessions}
    return state


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Where two states differ, but for what was read into a cache in between, and buckets that were begun."""
    found = []
    for name, was in before.items():
        now = after[name]
        if name == "buckets":
            now = now & was
        if name in _CACHES:
            now = {key: now.get(key) for key in was} if was is not None else None
        found += _where(name, was, now)
    return found


def _where(place: str, was: Any, now: Any) -> list[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        missing = object()
        keys = dict.fromkeys((*was, *now))
        return [one for key in keys for one in _where(f"{place}[{key}]", was.get(key, missing), now.get(key, missing))]
    return [] if now == was else [f"{place}: {was} became {now}"]


def _fields(thing: Session | CachedMessage, but: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(thing, name)) for name in thing.__slots__ if name not in but}


def _plain(value: Any) -> Any:
    if isinstance(value, Session):
        return id(value)
    if isinstance(value, dict):
        return {_hashable(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [*map(_plain, value)]
    return set(map(_plain, value)) if isinstance(value, set) else value


def _hashable(key: Any) -> Any:
    return tuple(map(_hashable, key)) if isinstance(key, tuple) else _plain(key)
