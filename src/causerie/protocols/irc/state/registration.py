"""What a client has told of itself before it is registered, and how far its log-in by SASL is."""

from __future__ import annotations

from dataclasses import dataclass, field

from causerie.protocols.irc.state.metadata_ahead import Ahead


@dataclass(slots=True)
class Registration:
    """What a client that is not registered has told of itself. `negotiating`: CAP END must come first.
    `ahead`: what it said by METADATA. `knocking`: whether the server's own password is right is being asked,
    `admitted`: it is."""

    nick: str = ""
    user: str = ""
    real_name: str = ""
    password: str = ""
    away: str = ""
    ahead: Ahead | None = None
    negotiating: bool = False
    knocking: bool = False
    admitted: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sasl:
    """How far a log-in by AUTHENTICATE is. `letters`: of a message that comes in several lines."""

    mechanism: str
    letters: str = ""
