"""A view of a small state, for protocols without a server."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from causerie.chat.model import Channel, Person
from causerie.config.settings import Config
from causerie.server.engine.apply.loading import load
from causerie.server.ports.records import Loaded
from causerie.server.state_view import StateView

_EMPTY: dict[str, Any] = {"list": [], "dict": {}, "bytes": b""}


def view_of(
    people: list[Person] | None = None, channels: list[Channel] | None = None, config: Config | None = None
) -> StateView:
    """A view of these people and channels, at a time that does not pass."""
    nothing = {field.name: _EMPTY[str(field.type).partition("[")[0]] for field in fields(Loaded)}
    state = load(Loaded(**nothing | {"people": people or [], "channels": channels or []}))
    settings = config or Config()
    return StateView(state, lambda: settings, lambda: "", lambda: 1_000, lambda: 0.0, 0.0)
